//! Sums of products, relinearized and divided by the last prime, that are never in memory.
//!
//! A product has three components, each as large as one of a factor, and every one would be written, and read again. What is
//! cut into digits is the third; the first two join at the end, and there the third is met once more, as the digit that needs no
//! lifting. So the product is made twice, each time for as long as it is in a near cache: limb by limb for the digits, and
//! block by block where all three meet the key.

use lowtide_ring::{Evaluation, Field, Finish, Poly};

use super::{Cut, Ending, Lifted, Place};
use crate::{Error, Parameters, SwitchingKey};

/// The components of two factors.
pub(crate) type Pair<'a> = [&'a [Poly<Evaluation>; 2]; 2];

/// How many places are done at a time: two products of so many are in the nearest cache.
const BLOCK: usize = 1 << 9;

/// The sum of the products of pairs at one level, of which there is at least one.
pub(crate) fn products_and_rescale(
    params: &Parameters,
    pairs: &[Pair<'_>],
    key: &SwitchingKey,
) -> Result<[Poly<Evaluation>; 2], Error> {
    let basis = pairs[0][0][0].basis();
    let level = basis.len() - 1;
    key.check_level(level)?;
    let tables = params.tables(level);
    let division = &tables.lower().ok_or(Error::OutOfLevels)?.mod_down;
    let cut = Cut::new(tables, |j, limb| {
        let (field, [x, y]) = (basis.limbs()[j].field(), pairs[0]);
        field.mul(limb, x[1].limb(j), y[1].limb(j));
        pairs[1..].iter().for_each(|[x, y]| field.mul_add_assign(limb, x[1].limb(j), y[1].limb(j)));
    });
    let products = |(i, lifted): (usize, Lifted)| {
        move |sums: [&mut [u64]; 2], finish: &Finish<'_, 2>| {
            let at = Place::new(tables, key, i);
            let lifted = lifted.into_values(at.ntt);
            match at.own {
                None => at.products(&lifted, None, 0, sums, finish),
                Some(own) => join(&at, &lifted, pairs, own, sums, finish),
            }
        }
    };
    let ending = Ending { tables, division, addends: [None; 2], automorphism: None };
    Ok(ending.of(|primes| primes.iter().copied().zip(cut.lift(primes)).map(products).collect()))
}

/// As [`Place::products`] modulo prime `own` of the level, for the product whose digits are lifted and whose other components
/// are the addends.
fn join(
    at: &Place<'_>,
    lifted: &Lifted,
    pairs: &[Pair<'_>],
    own: usize,
    [b, a]: [&mut [u64]; 2],
    finish: &Finish<'_, 2>,
) {
    let mut room = [[0; BLOCK]; 6];
    for (block, (b, a)) in b.chunks_mut(BLOCK).zip(a.chunks_mut(BLOCK)).enumerate() {
        let places = block * BLOCK..block * BLOCK + b.len();
        let [d0, d1, d2, one @ ..] = room.each_mut().map(|part| &mut part[..b.len()]);
        let factors =
            pairs.iter().map(|pair| pair.map(|c| c.each_ref().map(|poly| &poly.limb(own)[places.clone()])));
        sum_of_tensors(at.ntt.field(), [d0, d1, d2], one, factors);
        let less = finish.less.map(|less| less.map(|less| &less[places.clone()]));
        let finish = Finish { addends: [Some(&*d0), Some(&*d1)], less, ..*finish };
        at.products(lifted, Some(d2), places.start, [b, a], &finish);
    }
}

/// The sum of products, each of which is in `one` for a while.
fn sum_of_tensors<'a>(
    field: &Field,
    mut sum: [&mut [u64]; 3],
    mut one: [&mut [u64]; 3],
    factors: impl Iterator<Item = [[&'a [u64]; 2]; 2]>,
) {
    for (k, [x, y]) in factors.enumerate() {
        if k == 0 {
            field.tensor(sum.each_mut().map(|part| &mut **part), x, y);
        } else {
            field.tensor(one.each_mut().map(|part| &mut **part), x, y);
            sum.iter_mut().zip(&one).for_each(|(sum, one)| field.add_assign(sum, one));
        }
    }
}
