//! Values for the inputs of a circuit, from options and from a file.

use std::{collections::BTreeMap, fs, path::PathBuf, str::FromStr};

use lowtide_circuit::Circuit;
use serde_json::Value;

use crate::error::{Error, InputFault};

/// Numbers by the name of an input, one a slot.
pub(super) type Inputs = BTreeMap<String, Vec<f64>>;

/// Values for inputs.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Given {
    /// A value for an input: a number for each slot, or one for all; once for each input
    #[arg(long, value_name = "NAME=NUMBERS", help_heading = "Inputs")]
    input: Vec<Assignment>,
    /// Values for inputs as JSON: {"x": [1, 2, 3, 4], "y": 0.5}
    #[arg(long, value_name = "FILE", help_heading = "Inputs")]
    inputs: Option<PathBuf>,
}

/// `x=1,2,3`.
#[derive(Clone, Debug)]
struct Assignment {
    name: String,
    numbers: Vec<f64>,
}

impl Given {
    /// Whether there are any, or none are needed.
    pub(super) fn is_there(&self, circuit: &Circuit) -> bool {
        circuit.inputs().is_empty() || self.inputs.is_some() || !self.input.is_empty()
    }

    /// One value for each input.
    pub(super) fn one(&self, circuit: &Circuit) -> Result<Inputs, Error> {
        let mut all = self.all(circuit)?;
        match (all.len(), &self.inputs) {
            (1, _) => Ok(all.swap_remove(0)),
            (count, Some(path)) => Err(InputFault::Several { path: path.clone(), count }.into()),
            (..) => unreachable!("options are one set"),
        }
    }

    /// As many sets of values as the file has; options stand for the same input in all of them.
    pub(super) fn all(&self, circuit: &Circuit) -> Result<Vec<Inputs>, Error> {
        let mut options = BTreeMap::new();
        for Assignment { name, numbers } in &self.input {
            if options.insert(name.clone(), numbers.clone()).is_some() {
                return Err(InputFault::Twice { name: name.clone() }.into());
            }
        }
        let mut all = self.sets()?;
        for given in &mut all {
            given.extend(options.clone());
            fit(circuit, given)?;
        }
        Ok(all)
    }

    /// What the file says.
    fn sets(&self) -> Result<Vec<Inputs>, Error> {
        let Some(path) = &self.inputs else { return Ok(vec![Inputs::new()]) };
        let text = fs::read_to_string(path).map_err(Error::file("read", path))?;
        let json =
            serde_json::from_str(&text).map_err(|source| InputFault::Json { path: path.clone(), source })?;
        let sets = match json {
            Value::Array(sets) if !sets.is_empty() => sets,
            set => vec![set],
        };
        let set = |set: &Value| {
            let object = set.as_object().ok_or_else(|| InputFault::NoObject { path: path.clone() })?;
            let value = |(name, value): (&String, &Value)| {
                let numbers = numbers(value)
                    .ok_or_else(|| InputFault::NoNumbers { path: path.clone(), name: name.clone() })?;
                Ok((name.clone(), numbers))
            };
            object.iter().map(value).collect::<Result<Inputs, InputFault>>()
        };
        Ok(sets.iter().map(set).collect::<Result<_, _>>()?)
    }
}

/// A number, or a list of them.
fn numbers(value: &Value) -> Option<Vec<f64>> {
    match value {
        Value::Array(values) => values.iter().map(Value::as_f64).collect(),
        value => value.as_f64().map(|x| vec![x]),
    }
}

/// Holds values against the inputs of a circuit; one number alone fills all slots.
fn fit(circuit: &Circuit, given: &mut Inputs) -> Result<(), InputFault> {
    let (slots, names) = (circuit.slots(), circuit.inputs().iter().map(|input| &input.name));
    if let Some(name) = given.keys().find(|name| !names.clone().any(|known| known == *name)) {
        return Err(InputFault::Unknown { name: name.clone(), known: names.cloned().collect() });
    }
    let missing: Vec<String> = names.filter(|name| !given.contains_key(*name)).cloned().collect();
    if !missing.is_empty() {
        return Err(InputFault::Missing { names: missing, slots });
    }
    for (name, numbers) in given {
        match numbers[..] {
            [number] => *numbers = vec![number; slots],
            _ if numbers.len() == slots => {}
            _ => return Err(InputFault::Length { name: name.clone(), found: numbers.len(), slots }),
        }
    }
    Ok(())
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, numbers) = text.split_once('=').ok_or("write NAME=NUMBERS, such as x=1,2.5,-3,4")?;
        let number = |text: &str| {
            let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
            number.ok_or_else(|| format!("{text:?} is no number: write NAME=NUMBERS, such as x=1,2.5,-3,4"))
        };
        let numbers = numbers.split(',').map(number).collect::<Result<_, _>>()?;
        Ok(Self { name: name.trim().to_owned(), numbers })
    }
}
