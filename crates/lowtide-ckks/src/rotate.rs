//! Rotations and conjugation of slots, one at a time or many that share their decomposition.

use lowtide_ring::{Evaluation, Poly, Ring};

use crate::{
    Ciphertext, Error, EvaluationKeys, GaloisKey, Noise,
    ciphertext::Components,
    keyswitch::{self, Hoist, TurnSum},
};

impl Ciphertext {
    /// Turns the slots `steps` places to the left (slot `i` takes the value of slot `i + steps`); negative steps turn
    /// right, and steps count modulo the number of slots. Level and scale stay.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`], [`Error::MissingRotation`], or [`Error::KeyLevel`] when the key was made for lower
    /// levels.
    pub fn rotate(&self, steps: i64, keys: &EvaluationKeys) -> Result<Self, Error> {
        self.params().check_same(keys.params())?;
        if steps.rem_euclid(self.params().slots() as i64) == 0 {
            return Ok(self.body.clone().into());
        }
        self.apply(keys.require_rotation(steps)?)
    }

    /// The sum of this ciphertext turned by each of these steps, those of 0 being itself: what rotations and additions give,
    /// but for fewer roundings, and for far less than as many rotations. Level and scale stay.
    ///
    /// # Errors
    /// As [`Ciphertext::rotate`], and [`Error::EmptySum`] when there are no steps.
    pub fn rotate_sum(&self, steps: &[i64], keys: &EvaluationKeys) -> Result<Self, Error> {
        self.sum_of_turns(steps, keys, |sum| keyswitch::turn_sum(self.params(), sum))
    }

    /// Conjugates the slots. Level and scale stay. In the conjugate-invariant ring, whose slots are real, nothing changes
    /// and no key is asked for.
    ///
    /// # Errors
    /// [`Error::ParameterMismatch`], [`Error::MissingConjugation`] or [`Error::KeyLevel`].
    pub fn conjugate(&self, keys: &EvaluationKeys) -> Result<Self, Error> {
        self.params().check_same(keys.params())?;
        if self.params().ring() == Ring::ConjugateInvariant {
            return Ok(self.body.clone().into());
        }
        self.apply(keys.require_conjugation()?)
    }

    /// Prepares for several rotations of this ciphertext: the costly half of each is done here, once.
    #[must_use]
    pub fn hoist(&self) -> Hoisted<'_> {
        Hoisted { ciphertext: self, hoist: Hoist::new(self.params(), &self.body.c[1]) }
    }

    fn sum_of_turns(
        &self,
        steps: &[i64],
        keys: &EvaluationKeys,
        compute: impl FnOnce(&TurnSum<'_>) -> Result<[Poly<Evaluation>; 2], Error>,
    ) -> Result<Self, Error> {
        let params = self.params();
        params.check_same(keys.params())?;
        let (turns, own): (Vec<i64>, Vec<i64>) =
            steps.iter().partition(|steps| *steps % params.slots() as i64 != 0);
        let galois =
            turns.iter().map(|steps| keys.require_rotation(*steps)).collect::<Result<Vec<_>, _>>()?;
        let turned = self.noise().switched(params, params.digits(self.level()));
        let noises = own.iter().map(|_| self.noise()).chain(turns.iter().map(|_| turned));
        let Some(noise) = noises.reduce(Noise::add) else {
            return Err(Error::EmptySum);
        };
        let c = compute(&TurnSum { of: &self.body.c, times: own.len() as u64, keys: galois })?;
        Ok(Components { params: params.clone(), c, scale: self.scale().clone(), noise }.into())
    }

    fn apply(&self, key: &GaloisKey) -> Result<Self, Error> {
        Ok(self.turned(keyswitch::turn(self.params(), &self.body.c, key)?))
    }

    /// The ciphertext of such components after an automorphism of this one.
    fn turned(&self, c: [Poly<Evaluation>; 2]) -> Self {
        let params = self.params();
        Components {
            params: params.clone(),
            c,
            scale: self.scale().clone(),
            noise: self.noise().switched(params, params.digits(self.level())),
        }
        .into()
    }
}

/// A ciphertext whose second component has been cut into digits and lifted once, for many rotations (hoisting: Halevi
/// and Shoup, ePrint 2018/244).
pub struct Hoisted<'a> {
    ciphertext: &'a Ciphertext,
    hoist: Hoist<'a>,
}

impl Hoisted<'_> {
    /// As [`Ciphertext::rotate`], with the same residues as result.
    ///
    /// # Errors
    /// As [`Ciphertext::rotate`].
    pub fn rotate(&self, steps: i64, keys: &EvaluationKeys) -> Result<Ciphertext, Error> {
        let params = self.ciphertext.params();
        params.check_same(keys.params())?;
        if steps.rem_euclid(params.slots() as i64) == 0 {
            return Ok(self.ciphertext.body.clone().into());
        }
        let key = keys.require_rotation(steps)?;
        let [c0, _] = &self.ciphertext.body.c;
        Ok(self.ciphertext.turned(self.hoist.turn(c0, key)?))
    }

    /// As [`Ciphertext::rotate_sum`], with the same residues as result.
    ///
    /// # Errors
    /// As [`Ciphertext::rotate_sum`].
    pub fn rotate_sum(&self, steps: &[i64], keys: &EvaluationKeys) -> Result<Ciphertext, Error> {
        self.ciphertext.sum_of_turns(steps, keys, |sum| self.hoist.turn_sum(sum))
    }
}
