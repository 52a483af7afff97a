//! What a compiled circuit takes: a ring, keys, and what is sent.

use std::collections::BTreeMap;

use lowtide_circuit::{
    Program, Secrecy,
    program::{Instruction, ProgramInput, Register, Step, Tally},
};
use lowtide_ckks::{Level, SecurityLevel};
use lowtide_wire::Sizes;
use serde::Serialize;

use crate::{
    facts::Facts,
    units::{Bytes, Count, Of},
};

/// What a compiled circuit takes.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Needs {
    pub(super) security_bits: Option<u32>,
    pub(super) ring: &'static str,
    pub(super) ring_degree: usize,
    pub(super) ring_slots: usize,
    pub(super) log2_qp: f64,
    pub(super) log2_qp_limit: u32,
    pub(super) levels: usize,
    pub(super) digits: usize,
    pub(super) scale_bits: u32,
    /// Why this ring.
    pub(super) explanation: String,
    pub(super) relinearizations: usize,
    pub(super) rescales: usize,
    /// Products with 1 that bring a value down to another level.
    pub(super) level_changes: usize,
    pub(super) relinearization_level: Option<Level>,
    pub(super) relinearization_key_bytes: u64,
    pub(super) conjugation_level: Option<Level>,
    /// By the steps of a rotation.
    pub(super) rotations: Vec<Rotation>,
    pub(super) evaluation_keys: usize,
    pub(super) evaluation_key_bytes: u64,
    pub(super) inputs: Vec<Sent>,
    pub(super) upload_bytes: u64,
    pub(super) outputs: Vec<Sent>,
    pub(super) download_bytes: u64,
    /// Of values and operations, on one thread.
    pub(super) peak_bytes: u64,
    /// Transforms of one limb, more or less.
    pub(super) work: u64,
}

/// Rotations by the same number of steps.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Rotation {
    /// To the left.
    pub(super) steps: i64,
    pub(super) count: usize,
    /// The highest level at which it is done, for which the key is made.
    pub(super) level: Level,
    pub(super) key_bytes: u64,
}

/// An input or an output.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sent {
    pub(super) name: String,
    pub(super) encrypted: bool,
    pub(super) level: Level,
    pub(super) log2_scale: f64,
    /// Of a file with its ciphertext.
    pub(super) bytes: u64,
}

impl Needs {
    pub(super) fn new(program: &Program) -> Self {
        let params = program.params();
        let (literal, security) = (params.literal(), params.security());
        let sizes = Sizes::new(literal);
        let tally = program.tally();
        let rotations = rotations(program, &tally, &sizes);
        let levels = rotations.iter().map(|rotation| rotation.level).chain(program.conjugation_level());
        let relinearization = program.relinearization_level();
        let keys = sizes.evaluation_keys(relinearization, levels.clone());
        let (inputs, outputs) = (inputs(program, &sizes), outputs(program, &sizes));
        let lowered = |step: &&Step| matches!(step.instruction, Instruction::Lower(..));
        Self {
            security_bits: security.map(SecurityLevel::bits),
            ring: params.ring().name(),
            ring_degree: params.ring_degree(),
            ring_slots: params.slots(),
            log2_qp: params.log2_qp(),
            log2_qp_limit: security.map_or(0, |level| level.max_log2_qp(literal.log_degree)),
            levels: params.max_level(),
            digits: params.digits(params.max_level()),
            scale_bits: literal.log_scale,
            explanation: program.explanation().to_owned(),
            relinearizations: tally.relinearizations.values().sum(),
            rescales: tally.rescales.values().sum(),
            level_changes: program.steps().iter().filter(lowered).count(),
            relinearization_level: program.relinearization_level(),
            relinearization_key_bytes: relinearization.map_or(0, |level| sizes.switching_key(level)),
            conjugation_level: program.conjugation_level(),
            evaluation_keys: 1 + levels.count(),
            evaluation_key_bytes: sizes.file(keys),
            upload_bytes: inputs.iter().map(|input| input.bytes).sum(),
            download_bytes: outputs.iter().map(|output| output.bytes).sum(),
            peak_bytes: program.peak_bytes(),
            work: program.work(),
            rotations,
            inputs,
            outputs,
        }
    }

    /// The ring, and why.
    pub(super) fn tell_ring(&self, facts: Facts) -> Facts {
        facts
            .remarked(
                "security",
                self.security_bits.map_or("none".into(), |bits| format!("{bits} bits")),
                format_args!("log2(QP) {:.0} of {} allowed", self.log2_qp, self.log2_qp_limit),
            )
            .remarked(
                "ring degree",
                Count(self.ring_degree),
                format_args!(
                    "2^{}, {}: {} slots",
                    self.ring_degree.ilog2(),
                    self.ring,
                    Count(self.ring_slots)
                ),
            )
            .remarked(
                "levels",
                self.levels,
                format_args!("scale 2^{}, {} a key switch", self.scale_bits, Of(self.digits, "digit")),
            )
    }

    /// What goes from the customer to the service and back.
    pub(super) fn tell_files(&self, facts: Facts) -> Facts {
        let encrypted = |sent: &[Sent]| sent.iter().filter(|sent| sent.encrypted).count();
        facts
            .remarked(
                "keys",
                Bytes(self.evaluation_key_bytes),
                format_args!("to the service, once: {}", Of(self.evaluation_keys, "key")),
            )
            .remarked(
                "inputs",
                Bytes(self.upload_bytes),
                format_args!("to the service: {}", Of(encrypted(&self.inputs), "ciphertext")),
            )
            .remarked(
                "outputs",
                Bytes(self.download_bytes),
                format_args!("back: {}", Of(encrypted(&self.outputs), "ciphertext")),
            )
    }
}

fn rotations(program: &Program, tally: &Tally, sizes: &Sizes<'_>) -> Vec<Rotation> {
    let rotation = |((steps, level), counts): ((i64, Level), &BTreeMap<Level, usize>)| Rotation {
        steps,
        count: counts.values().sum(),
        level,
        key_bytes: sizes.switching_key(level),
    };
    program.rotations().into_iter().zip(tally.rotations.values()).map(rotation).collect()
}

fn inputs(program: &Program, sizes: &Sizes<'_>) -> Vec<Sent> {
    let sent = |input: &ProgramInput| {
        let encrypted = input.secrecy == Secrecy::Encrypted;
        let bytes = if encrypted { sizes.file(sizes.ciphertext(input.level, &input.scale, true)) } else { 0 };
        Sent {
            name: input.name.clone(),
            encrypted,
            level: input.level,
            log2_scale: input.scale.log2(),
            bytes,
        }
    };
    program.inputs().iter().map(sent).collect()
}

fn outputs(program: &Program, sizes: &Sizes<'_>) -> Vec<Sent> {
    let sent = |(name, register): &(String, Register)| {
        let step = &program.steps()[register.index()];
        let (encrypted, fresh) = match &step.instruction {
            Instruction::Public(_) => (false, false),
            Instruction::Input(input) => {
                (program.inputs()[*input as usize].secrecy == Secrecy::Encrypted, true)
            }
            _ => (true, false),
        };
        let bytes = if encrypted { sizes.file(sizes.ciphertext(step.level, &step.scale, fresh)) } else { 0 };
        Sent { name: name.clone(), encrypted, level: step.level, log2_scale: step.scale.log2(), bytes }
    };
    program.outputs().iter().map(sent).collect()
}

#[cfg(test)]
mod tests {
    use lowtide_circuit::{
        Requirements, compile, customer,
        run::{Datum, Options, run},
        text,
    };
    use lowtide_ckks::SecretKey;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    const CIRCUIT: &str = "lowtide circuit 1\nslots 4\ninput x\npublic p\ninput spare\n\
                           output y = x * x * conjugate(x) * 0.3 + rotate(x * p, 1) + rotate(x, 3)\n\
                           output same = x\noutput clear = p + 1\n";

    #[test]
    fn bytes_are_those_of_the_files() {
        let circuit = text::parse(CIRCUIT).expect("a circuit");
        let program = compile(&circuit, &Requirements::default()).expect("a program");
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let secret = SecretKey::generate(program.params(), &mut rng);
        let keys = customer::keys(&program, &secret, &mut rng).expect("keys");
        let needs = Needs::new(&program);
        assert_eq!(needs.evaluation_key_bytes, lowtide_wire::encode(&keys).len() as u64);
        assert_eq!(needs.evaluation_keys, 1 + keys.galois().len());
        let names = ["x", "p", "spare"].map(|name| (name.to_owned(), vec![0.5; 4]));
        let inputs = customer::encrypt(&program, &secret, &names.into(), &mut rng).expect("inputs");
        let outputs = run(&program, &keys, &inputs, Options::default()).expect("outputs");
        for (sent, data) in [(&needs.inputs, &inputs), (&needs.outputs, &outputs)] {
            assert_eq!(sent.len(), data.len());
            for sent in sent {
                let bytes = match &data[&sent.name] {
                    Datum::Public(_) => None,
                    Datum::Encrypted(ciphertext) => Some(lowtide_wire::encode(&**ciphertext).len() as u64),
                };
                assert_eq!(
                    (sent.encrypted, sent.bytes),
                    (bytes.is_some(), bytes.unwrap_or(0)),
                    "{}",
                    sent.name
                );
            }
        }
    }
}
