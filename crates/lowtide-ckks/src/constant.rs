//! Sums and products with constants: one integer, no transform.

use crate::{Ciphertext, Error, Scale, plaintext::Room};

impl Ciphertext {
    /// Adds `constant` to every slot: level and scale stay.
    ///
    /// # Errors
    /// [`Error::NotFinite`], or [`Error::Overflow`] when the scaled constant does not fit the level.
    pub fn add_constant(&self, constant: f64) -> Result<Self, Error> {
        let integer = Room::new(self.params(), self.level()).integer(constant, self.scale().to_f64())?;
        let mut body = self.body.clone();
        body.c[0].add_constant_assign(&body.params.residues(integer, self.level()));
        body.noise.magnitude += constant.abs();
        Ok(body.into())
    }

    /// Multiplies every slot by `constant`, rounded at `scale`: the level stays, scales `s -> s scale`.
    ///
    /// # Errors
    /// [`Error::ConstantScale`] when `scale` is below one, [`Error::NotFinite`], or [`Error::Overflow`] when the scaled
    /// constant does not fit the level.
    pub fn mul_constant(&self, constant: f64, scale: &Scale) -> Result<Self, Error> {
        if scale.log2() < 0.0 {
            return Err(Error::ConstantScale { scale: scale.clone() });
        }
        let integer = Room::new(self.params(), self.level()).integer(constant, scale.to_f64())?;
        let mut body = self.body.clone();
        let residues = body.params.residues(integer, self.level());
        body.c.iter_mut().for_each(|poly| poly.scale_assign(&residues));
        body.noise = body.noise.mul_constant(&body.scale, constant, scale);
        body.scale = &body.scale * scale;
        Ok(body.into())
    }

    /// Multiplies every slot by `constant` and rescales, ending exactly at scale `target`: levels `l -> l - 1`. The
    /// constant is rounded at the scale `target q_l / s` that makes it so: this is how operands are brought to one scale.
    ///
    /// # Errors
    /// [`Error::OutOfLevels`] at level 0, or as [`Ciphertext::mul_constant`].
    pub fn mul_constant_to(&self, constant: f64, target: &Scale) -> Result<Self, Error> {
        let level = self.level();
        if level == 0 {
            return Err(Error::OutOfLevels);
        }
        let prime = Scale::prime(self.params().literal().q[level]);
        self.mul_constant(constant, &(&(target * &prime) / self.scale()))?.rescale()
    }
}
