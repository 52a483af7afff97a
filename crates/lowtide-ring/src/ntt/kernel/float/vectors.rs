//! What kernels in double precision ask of a CPU.

use crate::{Modulus, PackedSlice};

/// What a CPU does with vectors of `L` numbers or words. Owning one is the proof that it can.
pub(crate) trait Vectors<const L: usize>: Copy {
    /// `L` numbers in double precision.
    type Float: Copy;
    /// `L` words.
    type Word: Copy;
    /// How residues modulo one prime are taken out of their packing.
    type Unpack;

    /// Does this with the instructions of the CPU, which what is in line there may use.
    fn run<R>(self, work: impl FnOnce() -> R) -> R;

    fn splat(self, x: u64) -> Self::Word;
    fn load(self, lanes: &[u64; L]) -> Self::Word;
    fn store(self, lanes: &mut [u64; L], x: Self::Word);
    /// The lanes from last to first.
    fn reversed(self, x: Self::Word) -> Self::Word;
    fn and(self, x: Self::Word, y: Self::Word) -> Self::Word;
    /// What is above the low 52 bits.
    fn above_52(self, x: Self::Word) -> Self::Word;
    /// The sum of two residues.
    fn sum(self, x: Self::Word, y: Self::Word, q: Self::Word) -> Self::Word;
    /// The difference of two residues.
    fn difference(self, x: Self::Word, y: Self::Word, q: Self::Word) -> Self::Word;
    /// The residue that with this one is zero.
    fn negative(self, x: Self::Word, q: Self::Word) -> Self::Word;
    /// Eight numbers in this order.
    fn reorder(self, block: &[u64; 8], order: &[u64; 8]) -> [u64; 8];

    fn number(self, x: f64) -> Self::Float;
    fn numbers(self, lanes: &[f64; L]) -> Self::Float;
    /// The numbers of which these are the bits.
    fn of_bits(self, x: Self::Word) -> Self::Float;
    /// The bits of these numbers.
    fn bits(self, x: Self::Float) -> Self::Word;
    /// Integers below `2^52`.
    fn to_float(self, x: Self::Word) -> Self::Float;
    /// Integers below `2^52`.
    fn to_integer(self, x: Self::Float) -> Self::Word;
    fn add(self, x: Self::Float, y: Self::Float) -> Self::Float;
    fn sub(self, x: Self::Float, y: Self::Float) -> Self::Float;
    fn mul(self, x: Self::Float, y: Self::Float) -> Self::Float;
    /// `x y + z`, rounded once.
    fn mul_add(self, x: Self::Float, y: Self::Float, z: Self::Float) -> Self::Float;
    /// `x y - z`, rounded once.
    fn mul_sub(self, x: Self::Float, y: Self::Float, z: Self::Float) -> Self::Float;
    /// `z - x y`, rounded once.
    fn sub_mul(self, z: Self::Float, x: Self::Float, y: Self::Float) -> Self::Float;
    /// `x + p` where `x` is below zero.
    fn add_below_zero(self, x: Self::Float, p: Self::Float) -> Self::Float;
    /// Their bits, or-ed.
    fn or(self, x: Self::Float, y: Self::Float) -> Self::Float;
    /// Their bits, where one of them is set.
    fn xor(self, x: Self::Float, y: Self::Float) -> Self::Float;

    /// The even lanes, each of them twice.
    fn twice_even(self, x: Self::Float) -> Self::Float;
    /// Of every two lanes row `i`, column `j` to row `j`, column `i`: undoes itself.
    fn transpose(self, pair: [Self::Float; 2]) -> [Self::Float; 2];
    /// Row `i` of `L / 2` leaves, which have eight each: its first two numbers of each leaf, then its last two.
    fn join(self, leaves: &[[u64; 4]], i: usize) -> [Self::Float; 2];
    /// Undoes [`Vectors::join`].
    fn split(self, leaves: &mut [[u64; 4]], i: usize, halves: [Self::Float; 2]);

    /// Packs residues into the first of those bytes, which go on for a vector and more beyond. Whether all are residues.
    fn pack(self, residues: &[u64], out: &mut [u8], q: Modulus) -> bool;
    fn unpack(self, q: Modulus) -> Self::Unpack;
    /// The `i`th `L` residues.
    ///
    /// # Safety
    /// There are as many, and they have the modulus' bits.
    unsafe fn unpacked(self, unpack: &Self::Unpack, packed: PackedSlice<'_>, i: usize) -> Self::Word;
    /// The `i`th `L` bytes, eight of them a word.
    fn bytes(self, bytes: &[u64], i: usize) -> Self::Float;
}

/// Methods of [`Vectors`] with instructions of a CPU.
macro_rules! instructions {
    ($(fn $name:ident($($x:ident: $t:ty),*) -> $result:ty $body:block)*) => {$(
        #[inline(always)]
        fn $name(self, $($x: $t),*) -> $result {
            // SAFETY: whoever owns `self` has proved that the CPU has these instructions; loads ask for no alignment.
            unsafe { $body }
        }
    )*};
}

pub(super) use instructions;
