//! The same bits on any number of threads and with any vector instructions.

use std::fs;

use crate::party::{Parties, lowtide, ok, text};

#[test]
fn a_model_does_not_depend_on_the_machine() {
    let parties = Parties::ready();
    let service = parties.service();
    ok(&service, "train --keys evaluation.keys --data data.enc --out model.enc");
    let expected = fs::read(service.join("model.enc")).unwrap();
    for threads in [1, 2] {
        for isa in ["scalar", "avx2", "avx512", "avx512ifma"] {
            let train =
                format!("train --keys evaluation.keys --data data.enc --out other.enc --threads {threads}");
            let output = lowtide(&service, &train).env("LOWTIDE_ISA", isa).output().unwrap();
            assert!(output.status.success(), "{}", text(&output.stderr));
            let found = fs::read(service.join("other.enc")).unwrap();
            assert!(found == expected, "{isa} on {threads} threads");
            fs::remove_file(service.join("other.enc")).unwrap();
        }
    }
}
