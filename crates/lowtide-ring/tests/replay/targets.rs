//! What the fuzz targets of `fuzz/` do with any bytes. They panic where a kernel is wrong.

use lowtide_ring::{Field, Finish, Isa, Modulus, Ntt, Packed, PackedSlice, prime::ntt_primes};

/// One modulus and two numbers of every size: each operation against 128-bit division.
pub(crate) fn ring_arithmetic(input: &[u8]) {
    let mut input = Input(input);
    let (q, x, y, z) = (input.modulus(), input.word(), input.word(), input.word());
    let n = q.value();
    let rem = |x: u128| (x % u128::from(n)) as u64;
    assert_eq!(q.bits(), n.ilog2() + 1);
    assert_eq!(q.reduce(x), x % n);
    let wide = u128::from(x) << 64 | u128::from(y);
    assert_eq!(q.reduce_wide(wide), rem(wide));
    assert_eq!(q.mul(x, y), rem(u128::from(x) * u128::from(y)));
    let signed = x.cast_signed();
    assert_eq!(i128::from(q.reduce_signed(signed)), i128::from(signed).rem_euclid(i128::from(n)));

    let shoup = q.shoup(x);
    assert_eq!(shoup.value(), x % n);
    assert_eq!(shoup.mul(y, q), q.mul(x, y));
    assert!(shoup.mul_lazy(y, q) < 2 * n && shoup.mul_lazy(y, q) % n == q.mul(x, y));

    let (a, b) = (x % n, y % n);
    assert_eq!(q.add(a, b), rem(u128::from(a) + u128::from(b)));
    assert_eq!(q.add(q.sub(a, b), b), a);
    assert_eq!(q.add(q.neg(a), a), 0);
    assert!(q.center(a).unsigned_abs() <= n / 2);
    assert_eq!(q.reduce_signed(q.center(a)), a);
    let naive = (0..z % 64).fold(1 % n, |power, _| rem(u128::from(power) * u128::from(a)));
    assert_eq!(q.pow(a, z % 64), naive);
}

/// Vectors modulo one number: each element-wise operation of every kernel against 128-bit division.
pub(crate) fn ring_kernels(input: &[u8]) {
    let mut input = Input(input);
    let q = input.modulus();
    let n = u128::from(q.value());
    let unreduced = if q.value() < Field::VECTOR_LIMIT { Field::VECTOR_LIMIT } else { Modulus::LIMIT };
    let (length, terms) = (input.byte() % 70, input.byte() % 65);
    let [a, b, c] = [(); 3].map(|()| input.numbers(length, q.value()));
    let w = input.number(q.value());
    let wide = |x: &[u64], i: usize| u128::from(x[i]);

    let check = |name: &str, expected: &dyn Fn(usize) -> u128, compute: &dyn Fn(&Field, &mut [u64])| {
        let expected: Vec<u64> = (0..length).map(|i| (expected(i) % n) as u64).collect();
        for isa in Isa::available() {
            let mut found = a.clone();
            compute(&Field::new(q, isa), &mut found);
            assert_eq!(found, expected, "{name} by {} modulo {n}", isa.name());
        }
    };
    let (shoup, w) = (q.shoup(w), u128::from(w));
    check("add", &|i| wide(&a, i) + wide(&b, i), &|field, x| field.add_assign(x, &b));
    check("sub", &|i| wide(&a, i) + n - wide(&b, i), &|field, x| field.sub_assign(x, &b));
    check("neg", &|i| n - wide(&a, i), &|field, x| field.neg_assign(x));
    check("mul", &|i| wide(&a, i) * wide(&b, i), &|field, x| field.mul_assign(x, &b));
    check("mul_add", &|i| wide(&a, i) + wide(&b, i) * wide(&c, i), &|field, x| {
        field.mul_add_assign(x, &b, &c);
    });
    check("scale", &|i| wide(&a, i) * w, &|field, x| field.scale_assign(x, shoup));
    check("add_scaled", &|i| wide(&a, i) + wide(&b, i) * w, &|field, x| {
        field.add_scaled_assign(x, &b, shoup);
    });
    check("scale_sub", &|i| wide(&a, i) * w + n - wide(&b, i), &|field, x| field.scale_sub(x, &a, shoup, &b));

    let numbers: Vec<Vec<u64>> = (0..terms).map(|_| input.numbers(length, unreduced)).collect();
    if let Some(numbers) = numbers.first() {
        check("reduce", &|i| wide(numbers, i), &|field, x| field.reduce(x, numbers));
    }
    let weighted: Vec<(&[u64], u64)> = numbers.iter().map(|x| (&x[..], input.number(q.value()))).collect();
    let sum = |i: usize| weighted.iter().map(|(x, w)| wide(x, i) * u128::from(*w)).sum();
    check("weighted_sum", &sum, &|field, x| field.weighted_sum(x, &weighted));

    let terms = terms.min(Field::MAX_TERMS - 1);
    let residues: Vec<[Vec<u64>; 2]> =
        (0..terms).map(|_| [(); 2].map(|()| input.numbers(length, q.value()))).collect();
    let packed: Vec<Packed> = residues.iter().map(|[_, y]| Packed::new(y, q)).collect();
    let pairs: Vec<(&[u64], [PackedSlice<'_>; 1])> =
        residues.iter().zip(&packed).map(|([x, _], y)| (&x[..], [y.as_slice()])).collect();
    let finish = Finish {
        addends: [Some(&b)],
        weight: shoup.value(),
        scale: shoup,
        less: Some([&c]),
        turn: None,
        joins: true,
    };
    let sum = |i: usize| {
        let sum: u128 = residues.iter().map(|[x, y]| wide(x, i) * wide(y, i)).sum();
        (sum + wide(&b, i) * w) % n * w + n - wide(&c, i) + wide(&a, i)
    };
    check("inner_products", &sum, &|field, x| field.inner_products([x], &pairs, &finish));
}

/// A polynomial modulo a prime: the transforms of every kernel against the portable one, and that against Horner's rule.
pub(crate) fn ring_ntt(input: &[u8]) {
    let mut input = Input(input);
    let log = 3 + input.byte() % 9;
    let (degree, bits) = (1 << log, 14 + input.byte() as u32 % 47);
    let nth = input.byte() % 4;
    let Some(q) = ntt_primes(bits, 2 << log).nth(nth).and_then(|q| Modulus::new(q).ok()) else { return };
    let point = input.word() as usize % degree;
    // What the input says, over and over.
    let period = 1 + input.byte() % degree.min(64);
    let given = input.numbers(period, q.value());
    let start: Vec<u64> = given.iter().copied().cycle().take(degree).collect();

    let portable = Ntt::with_isa(degree, q, Isa::SCALAR).expect("a prime of this form has a transform");
    let (mut forward, mut inverse) = (start.clone(), start.clone());
    portable.forward(&mut forward);
    portable.inverse(&mut inverse);
    let exponent = 2 * (point.reverse_bits() >> (usize::BITS as usize - log)) as u64 + 1;
    let at = q.pow(portable.psi(), exponent);
    assert_eq!(forward[point], start.iter().rev().fold(0, |sum, c| q.add(q.mul(sum, at), *c)));

    for isa in Isa::available() {
        let ntt = Ntt::with_isa(degree, q, isa).expect("a prime of this form has a transform");
        let mut values = start.clone();
        ntt.forward(&mut values);
        assert!(values == forward, "forward by {} of 2^{log} modulo {}", isa.name(), q.value());
        ntt.inverse(&mut values);
        assert!(values == start, "back by {} of 2^{log} modulo {}", isa.name(), q.value());
        ntt.inverse(&mut values);
        assert!(values == inverse, "inverse by {} of 2^{log} modulo {}", isa.name(), q.value());
    }
}

/// Bytes as numbers; zeros when they are used up.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn byte(&mut self) -> usize {
        self.0.split_off_first().copied().unwrap_or_default().into()
    }

    fn word(&mut self) -> u64 {
        (0..8).fold(0, |word, _| word << 8 | self.byte() as u64)
    }

    /// An odd number from 3 to the largest modulus, of as many bits as the first byte says.
    fn modulus(&mut self) -> Modulus {
        let bits = 2 + self.byte() as u32 % 60;
        let mask = (1 << bits) - 1;
        let value = self.word() & mask | 1 << (bits - 1) | 1;
        Modulus::new(value).expect("an odd number of 2 to 61 bits")
    }

    /// A number below `bound`: an extreme one as often as not.
    fn number(&mut self, bound: u64) -> u64 {
        match self.byte() {
            0..32 => 0,
            32..64 => 1,
            64..96 => bound - 1,
            96..112 => bound - 2,
            112..128 => bound / 2,
            _ => self.word() % bound,
        }
    }

    fn numbers(&mut self, count: usize, bound: u64) -> Vec<u64> {
        (0..count).map(|_| self.number(bound)).collect()
    }
}
