//! Element-wise kernels of `lowtide-ring` and its sums of products, by instruction set, modulo one prime of 50 bits.

use criterion::Criterion;
use lowtide_benches::{
    bound,
    kernels::{group, pairs, prime, residues, row},
    selection,
};
use lowtide_ring::{Field, Finish, Isa, Packed};

/// One degree for what costs the same for every element.
const DEGREE: usize = 1 << 15;

fn main() {
    let mut criterion = selection::from_args(Criterion::default().without_plots());
    elements(&mut criterion);
    sums(&mut criterion);
    criterion.final_summary();
    if selection::is_measurement() {
        bound::print_inner_products();
    }
}

fn elements(c: &mut Criterion) {
    type Operation = fn(&Field, &mut [u64], &[u64], &[u64]);
    let operations: [(&str, Operation); 8] = [
        ("add", |field, x, y, _| field.add_assign(x, y)),
        ("sub", |field, x, y, _| field.sub_assign(x, y)),
        ("neg", |field, x, _, _| field.neg_assign(x)),
        ("mul", |field, x, y, _| field.mul_assign(x, y)),
        ("mul_add", |field, x, y, z| field.mul_add_assign(x, y, z)),
        ("scale", |field, x, _, z| field.scale_assign(x, field.modulus().shoup(z[0]))),
        ("scale_sub", |field, x, y, z| field.scale_sub(x, y, field.modulus().shoup(z[0]), z)),
        ("reduce", |field, x, y, _| field.reduce(x, y)),
    ];
    let (y, z) = (residues(DEGREE, 1), residues(DEGREE, 2));
    for (name, operation) in operations {
        let mut group = group(c, name, DEGREE);
        for isa in Isa::available() {
            let field = Field::new(prime(), isa);
            row(&mut group, (isa.name(), DEGREE), residues(DEGREE, 0), |x| operation(&field, x, &y, &z));
        }
        group.finish();
    }
}

fn sums(c: &mut Criterion) {
    for terms in [4, 12, 32] {
        let vectors: Vec<Vec<u64>> = (0..terms).map(|seed| residues(DEGREE, seed)).collect();
        let weighted: Vec<(&[u64], u64)> = vectors.iter().map(|x| (&x[..], x[0])).collect();
        let mut sums = group(c, "weighted_sum", DEGREE * vectors.len());
        for isa in Isa::available() {
            let field = Field::new(prime(), isa);
            row(&mut sums, (isa.name(), vectors.len()), vec![0; DEGREE], |x| {
                field.weighted_sum(x, &weighted);
            });
        }
        sums.finish();

        let packed: Vec<Packed> = vectors.iter().map(|vector| Packed::new(vector, prime())).collect();
        let (pairs, finish) = (pairs(&vectors, &packed), Finish::none(prime()));
        let mut products = group(c, "inner_products", DEGREE * vectors.len());
        for isa in Isa::available() {
            let field = Field::new(prime(), isa);
            row(&mut products, (isa.name(), vectors.len()), vec![0; DEGREE], |x| {
                field.inner_products([x], &pairs, &finish);
            });
        }
        products.finish();
    }
}
