//! Hybrid key switching: from a ciphertext component under one secret to two under another.
//!
//! Han and Ki, "Better bootstrapping for approximate homomorphic encryption" (ePrint 2019/688), section 3. The primes of
//! `Q` fall into digits of as many primes as `P` has. A component `c` is cut into its residues modulo each digit, each
//! is lifted to all of `P Q` (ModUp), multiplied with its part of the key, which holds `P s'` modulo the primes of that
//! digit and zero elsewhere; the sum is divided by `P` (ModDown).
//!
//! The loops run prime by prime: the digits of one prime are lifted, meet the key, and are forgotten; the sums modulo
//! special primes leave remainders, and with those each prime's sums become the result while they are in registers.
//! Neither lifted digits nor sums are ever kept.

mod product;

use lowtide_ring::{
    Automorphism, Basis, Buffer, Division, Evaluation, Extension, Field, Finish, Ntt, PackedSlice, Poly,
    extend::Digits,
};
use rayon::prelude::*;

pub(crate) use self::product::products_and_rescale;
use crate::{Error, GaloisKey, Level, Parameters, SwitchingKey};

/// What key switching and rescaling need at one level.
pub(crate) struct Tables {
    /// By digit: its conversion to the key basis.
    digits: Vec<Extension>,
    /// Division by `P`.
    mod_down: Division,
    /// `P` modulo each prime of the level.
    special: Vec<u64>,
    /// Above level 0.
    lower: Option<Lower>,
}

/// What leads one level down.
pub(crate) struct Lower {
    /// Division by the last prime.
    pub(crate) rescale: Division,
    /// Division by `P` and the last prime at once.
    mod_down: Division,
}

impl Tables {
    pub(crate) fn new(params: &Parameters, level: Level) -> Self {
        let (special, basis, extended) =
            (params.special_basis(), params.basis(level), params.key_basis(level));
        let width = params.special_count();
        let digit = |start| Extension::new(&[basis.window(start..basis.len().min(start + width))], &extended);
        let product = |limb: &Ntt| {
            let q = limb.modulus();
            special.primes().fold(1, |product, p| q.mul(product, q.reduce(p)))
        };
        let lower = level.checked_sub(1).map(|lower| {
            let (last, lower) = (basis.window(level..level + 1), params.basis(lower));
            Lower {
                mod_down: Division::new(&[special.clone(), last.clone()], &lower),
                rescale: Division::new(&[last], &lower),
            }
        });
        Self {
            digits: (0..basis.len()).step_by(width).map(digit).collect(),
            special: basis.limbs().iter().map(product).collect(),
            mod_down: Division::new(&[special], &basis),
            lower,
        }
    }

    /// The basis of keys at this level: special primes, then those of the level.
    fn key_basis(&self) -> &Basis {
        self.digits[0].target()
    }

    /// How many special primes there are, and at most in a digit.
    const fn special_len(&self) -> usize {
        self.mod_down.divisor_len()
    }

    /// The place in the level of prime `i` of the key basis, unless it is a special one.
    const fn own(&self, i: usize) -> Option<usize> {
        i.checked_sub(self.special_len())
    }

    /// `P` times the addends join the sums modulo prime `i` of the key basis: nothing, modulo special primes.
    fn joined<'p>(&self, i: usize, addends: [Option<&'p Poly<Evaluation>>; 2]) -> Finish<'p, 2> {
        let none = Finish::none(self.key_basis().limbs()[i].modulus());
        let Some(own) = self.own(i) else { return none };
        let addends = addends.map(|addend| addend.map(|poly| poly.limb(own)));
        Finish { addends, weight: self.special[own], ..none }
    }

    pub(crate) const fn lower(&self) -> Option<&Lower> {
        self.lower.as_ref()
    }
}

/// A component cut into digits, before they are lifted.
struct Cut<'a> {
    tables: &'a Tables,
    digits: Vec<Digits>,
}

impl<'a> Cut<'a> {
    /// `write(j, limb)` writes the component modulo prime `j` of the level.
    fn new(tables: &'a Tables, write: impl Fn(usize, &mut [u64]) + Sync) -> Self {
        let (width, write) = (tables.special_len(), &write);
        let digit = |(d, extension): (usize, &Extension)| {
            let limb = |j: usize| move |[limb]: [&mut [u64]; 1]| write(d * width + j, limb);
            let [digits] = extension.decompose(|tile| tile.map(limb).collect());
            digits
        };
        Self { tables, digits: tables.digits.par_iter().enumerate().map(digit).collect() }
    }

    fn of(params: &'a Parameters, component: &Poly<Evaluation>) -> Self {
        let tables = params.tables(component.basis().len() - 1);
        Self::new(tables, |j, limb| limb.copy_from_slice(component.limb(j)))
    }

    /// The digits modulo these primes of the key basis, by coefficients.
    fn lift(&self, primes: &[usize]) -> Vec<Lifted> {
        let (basis, width) = (self.tables.key_basis(), self.tables.special_len());
        let room = |i: &usize| Lifted {
            own: self.tables.own(*i).map(|own| own / width),
            limbs: basis.scratch(self.digits.len()),
        };
        let mut lifted: Vec<Lifted> = primes.iter().map(room).collect();
        for (d, (digits, extension)) in self.digits.iter().zip(&self.tables.digits).enumerate() {
            let others = primes.iter().zip(&mut lifted).filter(|(_, lifted)| lifted.own != Some(d));
            let (targets, mut outs): (Vec<usize>, Vec<&mut [u64]>) =
                others.map(|(i, lifted)| (*i, &mut *lifted.limbs[d])).unzip();
            extension.convert(digits, &targets, &mut outs);
        }
        lifted
    }

    /// The sums of products of the component's digits with a key modulo these primes.
    fn products<'s>(
        &'s self,
        component: &'s Poly<Evaluation>,
        key: &'s SwitchingKey,
        primes: &[usize],
    ) -> Vec<impl FnOnce([&mut [u64]; 2], &Finish<'_, 2>) + use<'s, 'a>> {
        let tables = self.tables;
        let products = |(i, lifted): (usize, Lifted)| {
            move |sums: [&mut [u64]; 2], finish: &Finish<'_, 2>| {
                let at = Place::new(tables, key, i);
                at.products(&lifted.into_values(at.ntt), at.limb(component), 0, sums, finish);
            }
        };
        primes.iter().copied().zip(self.lift(primes)).map(products).collect()
    }
}

/// All digits modulo one prime of the key basis.
struct Lifted {
    /// The digit that has this prime: it needs no lifting.
    own: Option<usize>,
    /// One a digit; that of the digit above is not used.
    limbs: Buffer,
}

impl Lifted {
    /// The same digits by values: one after the other, over the same factors.
    fn into_values(mut self, ntt: &Ntt) -> Self {
        let own = self.own;
        let others = self.limbs.iter_mut().enumerate().filter(|(d, _)| Some(*d) != own);
        others.for_each(|(_, limb)| ntt.forward(limb));
        self
    }
}

/// A key modulo prime `i` of the key basis.
#[derive(Clone, Copy)]
struct Place<'a> {
    i: usize,
    /// Where the prime is in the level, unless it is a special one.
    own: Option<usize>,
    ntt: &'a Ntt,
    key: &'a SwitchingKey,
}

impl<'a> Place<'a> {
    fn new(tables: &'a Tables, key: &'a SwitchingKey, i: usize) -> Self {
        Self { i, own: tables.own(i), ntt: &tables.key_basis().limbs()[i], key }
    }

    /// What a polynomial modulo the level's primes has here.
    fn limb<'p>(&self, poly: &'p Poly<Evaluation>) -> Option<&'p [u64]> {
        self.own.map(|own| poly.limb(own))
    }

    /// `sum_d lifted[d] key[d]` for both halves of the key, finished: as many as there is room for in `sums`, from `start` on.
    /// The digit that has this prime is what the component itself has there.
    fn products(
        &self,
        lifted: &Lifted,
        component: Option<&[u64]>,
        start: usize,
        sums: [&mut [u64]; 2],
        finish: &Finish<'_, 2>,
    ) {
        let places = start..start + sums[0].len();
        let halves = |digit: usize| {
            let halves = self.key.digits()[digit].each_ref();
            halves.map(|half| half.limbs()[self.i].as_slice().slice(places.clone()))
        };
        let mut terms: [(&[u64], [PackedSlice<'_>; 2]); Field::MAX_TERMS] = [(&[], halves(0)); _];
        for (d, (term, limb)) in terms.iter_mut().zip(&*lifted.limbs).enumerate() {
            let own = component.filter(|_| lifted.own == Some(d));
            *term = (own.unwrap_or_else(|| &limb[places.clone()]), halves(d));
        }
        self.ntt.field().inner_products(sums, &terms[..lifted.limbs.len()], finish);
    }
}

/// What becomes of sums of products with a key: `P` times addends join them, they are divided, and an automorphism
/// follows.
struct Ending<'a> {
    tables: &'a Tables,
    division: &'a Division,
    addends: [Option<&'a Poly<Evaluation>>; 2],
    automorphism: Option<&'a Automorphism>,
}

impl<'a> Ending<'a> {
    /// That of a rotation: the first component of the ciphertext is an addend.
    const fn of_turn(tables: &'a Tables, b: &'a Poly<Evaluation>, key: &'a GaloisKey) -> Self {
        let automorphism = Some(key.automorphism());
        Self { tables, division: &tables.mod_down, addends: [Some(b), None], automorphism }
    }

    /// The result, where `sums(primes)` makes what writes both sums modulo these primes of the key basis, finished.
    fn of<W: FnOnce([&mut [u64]; 2], &Finish<'_, 2>)>(
        &self,
        sums: impl Fn(&[usize]) -> Vec<W> + Sync,
    ) -> [Poly<Evaluation>; 2] {
        let (special, quotient) = (self.tables.special_len(), self.division.quotient());
        // The last prime of a level stands behind those that are left.
        let place = |j| if j < special { j } else { j + quotient.len() };
        let remainders = self.division.remainders(|tile| {
            let primes: Vec<usize> = tile.map(place).collect();
            let finished = |(write, i): (W, usize)| {
                move |outs: [&mut [u64]; 2]| write(outs, &self.tables.joined(i, self.addends))
            };
            sums(&primes).into_iter().zip(primes).map(finished).collect()
        });
        Poly::generate_tiles(quotient, |tile, limbs| {
            let primes: Vec<usize> = tile.clone().map(|i| special + i).collect();
            let mut sums = sums(&primes).into_iter();
            self.division.quotients(&remainders, tile, limbs, |i, outs, less| {
                let write = sums.next().expect("one for each prime");
                let (scale, less, turn) = (self.division.inverse(i), Some(less), self.automorphism);
                let joined = self.tables.joined(special + i, self.addends);
                write(outs, &Finish { scale, less, turn, ..joined });
            });
        })
    }
}

/// The components `(b, a)` with `b + a s' = c s` up to noise, for a key from `s` to `s'`, plus the addends.
pub(crate) fn switch(
    params: &Parameters,
    component: &Poly<Evaluation>,
    key: &SwitchingKey,
    addends: [Option<&Poly<Evaluation>>; 2],
) -> Result<[Poly<Evaluation>; 2], Error> {
    key.check_level(component.basis().len() - 1)?;
    let cut = Cut::of(params, component);
    let tables = cut.tables;
    let ending = Ending { tables, division: &tables.mod_down, addends, automorphism: None };
    Ok(ending.of(|primes| cut.products(component, key, primes)))
}

/// As [`switch`], and divided by the last prime: one division by both, and a quarter fewer transforms than two.
pub(crate) fn switch_and_rescale(
    params: &Parameters,
    component: &Poly<Evaluation>,
    key: &SwitchingKey,
    [b, a]: [&Poly<Evaluation>; 2],
) -> Result<[Poly<Evaluation>; 2], Error> {
    key.check_level(component.basis().len() - 1)?;
    let cut = Cut::of(params, component);
    let tables = cut.tables;
    let division = &tables.lower().ok_or(Error::OutOfLevels)?.mod_down;
    let ending = Ending { tables, division, addends: [Some(b), Some(a)], automorphism: None };
    Ok(ending.of(|primes| cut.products(component, key, primes)))
}

/// The automorphism of a ciphertext, under the same secret again.
pub(crate) fn turn(
    params: &Parameters,
    [b, a]: &[Poly<Evaluation>; 2],
    key: &GaloisKey,
) -> Result<[Poly<Evaluation>; 2], Error> {
    key.key().check_level(a.basis().len() - 1)?;
    let cut = Cut::of(params, a);
    Ok(Ending::of_turn(cut.tables, b, key).of(|primes| cut.products(a, key.key(), primes)))
}

/// A component cut and lifted, kept for many keys: what rotations of one ciphertext share.
pub(crate) struct Hoist<'a> {
    tables: &'a Tables,
    component: &'a Poly<Evaluation>,
    /// By prime of the key basis.
    lifted: Vec<Lifted>,
}

impl<'a> Hoist<'a> {
    pub(crate) fn new(params: &'a Parameters, component: &'a Poly<Evaluation>) -> Self {
        let cut = Cut::of(params, component);
        let primes: Vec<usize> = (0..cut.tables.key_basis().len()).collect();
        let limbs = cut.tables.key_basis().limbs();
        let values = |(i, lifted): (&usize, Lifted)| lifted.into_values(&limbs[*i]);
        let lift = |tile: &[usize]| tile.iter().zip(cut.lift(tile)).map(values).collect::<Vec<_>>();
        let lifted = primes.par_chunks(4).flat_map_iter(lift).collect();
        Self { tables: cut.tables, component, lifted }
    }

    /// As [`turn`], with the addend for the first component.
    pub(crate) fn turn(&self, b: &Poly<Evaluation>, key: &GaloisKey) -> Result<[Poly<Evaluation>; 2], Error> {
        key.key().check_level(b.basis().len() - 1)?;
        let products = |i: usize| {
            move |sums: [&mut [u64]; 2], finish: &Finish<'_, 2>| {
                let at = Place::new(self.tables, key.key(), i);
                at.products(&self.lifted[i], at.limb(self.component), 0, sums, finish);
            }
        };
        let ending = Ending::of_turn(self.tables, b, key);
        Ok(ending.of(|primes| primes.iter().copied().map(products).collect()))
    }

    /// As [`turn_sum`].
    pub(crate) fn turn_sum(&self, sum: &TurnSum<'_>) -> Result<[Poly<Evaluation>; 2], Error> {
        sum.check()?;
        let write = |i: usize| {
            move |sums: [&mut [u64]; 2], finish: &Finish<'_, 2>| {
                sum.write(self.tables, i, &self.lifted[i], sums, finish);
            }
        };
        Ok(sum.ending(self.tables).of(|primes| primes.iter().copied().map(write).collect()))
    }
}

/// The sum of turned ciphertexts, one a key, and `times` the ciphertext itself: what leads back from `P Q` to `Q` is done
/// once, for the sum (double hoisting: Bossuat, Mouchet, Troncoso-Pastoriza and Hubaux, ePrint 2020/1203, section 4).
pub(crate) struct TurnSum<'a> {
    pub(crate) of: &'a [Poly<Evaluation>; 2],
    pub(crate) times: u64,
    pub(crate) keys: Vec<&'a GaloisKey>,
}

impl TurnSum<'_> {
    fn check(&self) -> Result<(), Error> {
        let level = self.of[0].basis().len() - 1;
        self.keys.iter().try_for_each(|key| key.key().check_level(level))
    }

    /// No addends: they join as sums are written, each after its own turn.
    const fn ending<'t>(&self, tables: &'t Tables) -> Ending<'t> {
        Ending { tables, division: &tables.mod_down, addends: [None; 2], automorphism: None }
    }

    /// Both sums modulo prime `i` of the key basis, finished: the ciphertext itself, and what each turn adds.
    fn write(
        &self,
        tables: &Tables,
        i: usize,
        lifted: &Lifted,
        [b, a]: [&mut [u64]; 2],
        finish: &Finish<'_, 2>,
    ) {
        let ([own_b, own_a], ntt) = (self.of, &tables.key_basis().limbs()[i]);
        let (scale, less) = (finish.scale, finish.less);
        let itself = tables.joined(i, [own_b, own_a].map(|poly| (self.times > 0).then_some(poly)));
        let weight = ntt.modulus().mul(itself.weight, ntt.modulus().reduce(self.times));
        let itself = Finish { weight, scale, less, ..itself };
        ntt.field().inner_products([&mut *b, &mut *a], &[], &itself);
        for key in &self.keys {
            let turn = Some(key.automorphism());
            let finish = Finish { scale, turn, joins: true, ..tables.joined(i, [Some(own_b), None]) };
            let at = Place::new(tables, key.key(), i);
            at.products(lifted, at.limb(own_a), 0, [&mut *b, &mut *a], &finish);
        }
    }
}

/// The sum, with digits that are lifted where they are used, and not kept.
pub(crate) fn turn_sum<'a>(
    params: &'a Parameters,
    sum: &'a TurnSum<'a>,
) -> Result<[Poly<Evaluation>; 2], Error> {
    sum.check()?;
    let cut = Cut::of(params, &sum.of[1]);
    let (tables, limbs) = (cut.tables, cut.tables.key_basis().limbs());
    Ok(sum.ending(tables).of(|primes| {
        let write = |(i, lifted): (usize, Lifted)| {
            move |sums: [&mut [u64]; 2], finish: &Finish<'_, 2>| {
                sum.write(tables, i, &lifted.into_values(&limbs[i]), sums, finish);
            }
        };
        primes.iter().copied().zip(cut.lift(primes)).map(write).collect()
    }))
}
