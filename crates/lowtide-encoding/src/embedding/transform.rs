//! The special FFT: a complex polynomial modulo `X^n - i`, to and from its values at the `n` roots of `X^n = i`.
//!
//! These roots are `r_j = exp(2 pi i 5^j / 4n)`. One stage joins two halves of length `h = n/2`: with
//! `w(X) = e(X^2) + X o(X^2)` and `r_j^2` the `j`-th root for the halves,
//!
//! ```text
//! w(r_j)       = e(r_j^2) + r_j o(r_j^2)
//! w(r_(j + h)) = e(r_j^2) - r_j o(r_j^2),      since 5^h = 1 + 2n mod 4n.
//! ```
//!
//! Stages are the butterflies of any FFT; only the order of the roots is special, and their table keeps it.
//!
//! # Passes
//! A pass takes two stages, so that numbers are loaded and stored half as often: it joins four quarters. Those are
//! transforms of their own, for other threads where they are large, and else one after the other while each is in the
//! nearest cache. In what order butterflies are computed changes no rounding.

use std::array;

use num_complex::Complex64;
use rayon::prelude::*;

use super::root::root_of_unity;

/// Numbers of a block.
pub(super) const WIDTH: usize = 8;

/// Some complex numbers, their real parts and then the imaginary ones, so that the compiler makes vectors of them. Of fewer
/// numbers than it holds, the first places.
pub(crate) type Block = [[f64; WIDTH]; 2];

/// The fewest numbers that are worth a second thread.
pub(super) const LARGE: usize = 8192;
/// The most blocks that stay in the first cache, with their roots.
const SMALL: usize = 128;

/// Room for `n` complex numbers.
pub(super) fn zeros(n: usize) -> Vec<Block> {
    vec![[[0.0; WIDTH]; 2]; n.div_ceil(WIDTH)]
}

/// The roots of every stage up to `n` points: number `h + j` is `exp(2 pi i 5^j / 8h)` for `h = 1, 2, .., n/2`, `j < h`,
/// so that each stage reads its own from first to last. Shorter transforms use the front of the same table.
pub(super) fn roots(n: usize) -> Box<[Block]> {
    let mut roots = Vec::with_capacity(n.max(WIDTH));
    roots.push(Complex64::ONE); // No stage has its roots here.
    while roots.len() < n.max(WIDTH) {
        let half = roots.len();
        let order = 8 * half as u64;
        let powers = std::iter::successors(Some(1), |power| Some(power * 5 % order));
        roots.extend(powers.take(half).map(|power| root_of_unity(power, order)));
    }
    let block = |roots: &[Complex64; WIDTH]| [roots.map(|root| root.re), roots.map(|root| root.im)];
    roots.as_chunks().0.iter().map(block).collect()
}

/// Coefficients, in bit-reversed order, to values, in the order of powers of 5: in place, smallest stage first.
pub(super) fn forward(values: &mut [Block], n: usize, roots: &[Block]) {
    transform::<Forward>(values, n, roots);
}

/// Values, in the order of powers of 5, to `n` times the coefficients, in bit-reversed order: in place, largest stage
/// first.
pub(super) fn inverse(values: &mut [Block], n: usize, roots: &[Block]) {
    transform::<Inverse>(values, n, roots);
}

/// Some numbers, their real parts and the imaginary ones.
type Lanes<const W: usize> = [[f64; W]; 2];

/// One of the two transforms.
trait Direction {
    /// Whether small stages come first.
    const RISES: bool;

    /// What a stage makes of pairs of numbers.
    fn butterfly<const W: usize>(x: Lanes<W>, y: Lanes<W>, root: Lanes<W>) -> [Lanes<W>; 2];
}

enum Forward {}
enum Inverse {}

impl Direction for Forward {
    const RISES: bool = true;

    #[inline(always)]
    fn butterfly<const W: usize>(x: Lanes<W>, [re, im]: Lanes<W>, [c, s]: Lanes<W>) -> [Lanes<W>; 2] {
        let turned = [
            array::from_fn(|i| re[i] * c[i] - im[i] * s[i]),
            array::from_fn(|i| re[i] * s[i] + im[i] * c[i]),
        ];
        [add(x, turned), sub(x, turned)]
    }
}

impl Direction for Inverse {
    const RISES: bool = false;

    #[inline(always)]
    fn butterfly<const W: usize>(x: Lanes<W>, y: Lanes<W>, [c, s]: Lanes<W>) -> [Lanes<W>; 2] {
        let [re, im] = sub(x, y);
        let turned = [
            array::from_fn(|i| re[i] * c[i] + im[i] * s[i]),
            array::from_fn(|i| im[i] * c[i] - re[i] * s[i]),
        ];
        [add(x, y), turned]
    }
}

#[inline(always)]
fn add<const W: usize>(x: Lanes<W>, y: Lanes<W>) -> Lanes<W> {
    [0, 1].map(|part| array::from_fn(|i| x[part][i] + y[part][i]))
}

#[inline(always)]
fn sub<const W: usize>(x: Lanes<W>, y: Lanes<W>) -> Lanes<W> {
    [0, 1].map(|part| array::from_fn(|i| x[part][i] - y[part][i]))
}

fn transform<D: Direction>(values: &mut [Block], n: usize, roots: &[Block]) {
    if n <= WIDTH {
        values.iter_mut().for_each(|block| tiny::<D>(block, n, &roots[0]));
    } else if values.len() <= SMALL {
        small::<D>(values, roots);
    } else {
        large::<D>(values, roots);
    }
}

fn large<D: Direction>(values: &mut [Block], roots: &[Block]) {
    if values.len() <= SMALL {
        return small::<D>(values, roots);
    }
    let (quarter, parallel) = (values.len() / 4, values.len() * WIDTH >= LARGE);
    if !D::RISES {
        Pass::new(values, roots).run::<D>();
    }
    if parallel {
        values.par_chunks_exact_mut(quarter).for_each(|part| large::<D>(part, roots));
    } else {
        values.chunks_exact_mut(quarter).for_each(|part| large::<D>(part, roots));
    }
    if D::RISES {
        Pass::new(values, roots).run::<D>();
    }
}

/// A transform of several blocks within the first cache.
fn small<D: Direction>(values: &mut [Block], roots: &[Block]) {
    let odd = values.len().ilog2() % 2;
    let pass = |values: &mut [Block], size: u32| {
        values.chunks_exact_mut(1 << size).for_each(|part| Pass::new(part, roots).piece::<D>());
    };
    // Logarithms of how many blocks a pass joins.
    let sizes = (odd + 2..values.len().ilog2() + 1).step_by(2);
    if D::RISES {
        values.iter_mut().for_each(|block| within::<D>(block, &roots[0]));
        if odd == 1 {
            values.as_chunks_mut().0.iter_mut().for_each(|[a, b]| two::<D>(a, b, &roots[1]));
        }
        sizes.for_each(|size| pass(values, size));
    } else {
        sizes.rev().for_each(|size| pass(values, size));
        if odd == 1 {
            values.as_chunks_mut().0.iter_mut().for_each(|[a, b]| two::<D>(a, b, &roots[1]));
        }
        values.iter_mut().for_each(|block| within::<D>(block, &roots[0]));
    }
}

/// Two stages between four quarters, or the same part of each.
struct Pass<'a> {
    values: [&'a mut [Block]; 4],
    /// Of the smaller stage, and of both halves of the larger one.
    roots: [&'a [Block]; 3],
}

impl<'a> Pass<'a> {
    /// The fewest blocks of a quarter for one thread.
    const PIECE: usize = 128;

    fn new(values: &'a mut [Block], roots: &'a [Block]) -> Self {
        let quarter = values.len() / 4;
        let root = |first: usize| &roots[first * quarter..][..quarter];
        let (low, high) = values.split_at_mut(2 * quarter);
        let ((a, b), (c, d)) = (low.split_at_mut(quarter), high.split_at_mut(quarter));
        Self { values: [a, b, c, d], roots: [root(1), root(2), root(3)] }
    }

    /// On all threads, where that pays.
    fn run<D: Direction>(self) {
        let quarter = self.values[0].len();
        if 4 * quarter * WIDTH < LARGE || quarter <= Self::PIECE {
            return self.piece::<D>();
        }
        let middle = quarter / 2;
        let [a, b, c, d] = self.values.map(|part| part.split_at_mut(middle));
        let [p, q, r] = self.roots.map(|part| part.split_at(middle));
        let low = Self { values: [a.0, b.0, c.0, d.0], roots: [p.0, q.0, r.0] };
        let high = Self { values: [a.1, b.1, c.1, d.1], roots: [p.1, q.1, r.1] };
        rayon::join(|| low.run::<D>(), || high.run::<D>());
    }

    fn piece<D: Direction>(self) {
        let ([a, b, c, d], [p, q, r]) = (self.values, self.roots);
        let values = a.iter_mut().zip(b).zip(c).zip(d);
        for ((((a, b), c), d), ((p, q), r)) in values.zip(p.iter().zip(q).zip(r)) {
            four::<D>(a, b, c, d, p, q, r);
        }
    }
}

/// Two stages between four blocks. References that are arguments are known to be apart, so that this becomes vectors.
#[inline(never)]
fn four<D: Direction>(
    a: &mut Block,
    b: &mut Block,
    c: &mut Block,
    d: &mut Block,
    inner: &Block,
    low: &Block,
    high: &Block,
) {
    for i in 0..WIDTH {
        let at = |block: &Block| [[block[0][i]], [block[1][i]]];
        let [mut x, mut y, mut z, mut w] = [at(a), at(b), at(c), at(d)];
        if D::RISES {
            [x, y] = D::butterfly(x, y, at(inner));
            [z, w] = D::butterfly(z, w, at(inner));
        }
        [x, z] = D::butterfly(x, z, at(low));
        [y, w] = D::butterfly(y, w, at(high));
        if !D::RISES {
            [x, y] = D::butterfly(x, y, at(inner));
            [z, w] = D::butterfly(z, w, at(inner));
        }
        for (block, value) in [(&mut *a, x), (&mut *b, y), (&mut *c, z), (&mut *d, w)] {
            [[block[0][i]], [block[1][i]]] = value;
        }
    }
}

/// One stage between two blocks.
fn two<D: Direction>(a: &mut Block, b: &mut Block, root: &Block) {
    for i in 0..WIDTH {
        let at = |block: &Block| [[block[0][i]], [block[1][i]]];
        let [x, y] = D::butterfly(at(a), at(b), at(root));
        [[a[0][i]], [a[1][i]]] = x;
        [[b[0][i]], [b[1][i]]] = y;
    }
}

/// The three stages within a block.
#[inline(always)]
fn within<D: Direction>(block: &mut Block, roots: &Block) {
    let pair = |block: &Block, i: usize| [0, 1].map(|part| [block[part][i], block[part][i + 1]]);
    let mut v = [0, 2, 4, 6].map(|i| pair(block, i));
    let neighbours = |v: &mut [Lanes<2>; 4]| {
        for i in [0, 2] {
            let [x, y] = [0, 1].map(|lane| [0, 1].map(|part| [v[i][part][lane], v[i + 1][part][lane]]));
            let [x, y] = D::butterfly(x, y, [[roots[0][1]; 2], [roots[1][1]; 2]]);
            let back = |lane: usize| [0, 1].map(|part| [x[part][lane], y[part][lane]]);
            (v[i], v[i + 1]) = (back(0), back(1));
        }
    };
    if D::RISES {
        neighbours(&mut v);
        [v[0], v[1]] = D::butterfly(v[0], v[1], pair(roots, 2));
        [v[2], v[3]] = D::butterfly(v[2], v[3], pair(roots, 2));
    }
    [v[0], v[2]] = D::butterfly(v[0], v[2], pair(roots, 4));
    [v[1], v[3]] = D::butterfly(v[1], v[3], pair(roots, 6));
    if !D::RISES {
        [v[0], v[1]] = D::butterfly(v[0], v[1], pair(roots, 2));
        [v[2], v[3]] = D::butterfly(v[2], v[3], pair(roots, 2));
        neighbours(&mut v);
    }
    *block = [0, 1].map(|part| array::from_fn(|i| v[i / 2][part][i % 2]));
}

/// The stages within the first `n` numbers of a block.
fn tiny<D: Direction>(values: &mut Block, n: usize, roots: &Block) {
    let stages = n.ilog2();
    for stage in 0..stages {
        let half = 1 << if D::RISES { stage } else { stages - 1 - stage };
        for x in (0..n).filter(|x| x & half == 0) {
            let (y, root) = (x + half, half + x % half);
            let at = |block: &Block, i: usize| [[block[0][i]], [block[1][i]]];
            let [u, v] = D::butterfly(at(values, x), at(values, y), at(roots, root));
            [[values[0][x]], [values[1][x]]] = u;
            [[values[0][y]], [values[1][y]]] = v;
        }
    }
}
