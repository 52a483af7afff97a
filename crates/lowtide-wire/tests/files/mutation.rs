//! Random bytes, and valid files with random changes whose digest was made right again: the parsers behind the digest
//! meet what an attacker would send.

use std::sync::LazyLock;

use lowtide_wire::Limits;
use proptest::{prelude::*, sample::Index};

use crate::{
    exercise::{any_file, seal},
    stock::{STOCK, any_limits, forge},
};

static FILES: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| STOCK.files().into_iter().map(|(_, file)| file).collect());

#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Word(Index, u64),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Copy(Index, Index, usize),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let at = || any::<Index>();
    let words = prop_oneof![Just(0), Just(u64::MAX), Just(1 << 63), 0..300_u64, any::<u64>()];
    let change = prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        2 => (at(), words).prop_map(|(at, word)| Change::Word(at, word)),
        1 => (at(), prop::collection::vec(any::<u8>(), 1..40)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        1 => (at(), 1..60_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        1 => (at(), at(), 1..60_usize).prop_map(|(from, to, count)| Change::Copy(from, to, count)),
    ];
    prop::collection::vec(change, 1..4)
}

impl Change {
    /// Changes the bytes from `start` on.
    fn apply(&self, start: usize, payload: &mut Vec<u8>) {
        let length = payload.len() - start;
        if length == 0 {
            return;
        }
        let range = |at: &Index, count: usize| {
            let from = start + at.index(length);
            from..payload.len().min(from + count)
        };
        match self {
            Self::Set(at, byte) => payload[start + at.index(length)] = *byte,
            Self::Word(at, word) => {
                let range = range(at, 8);
                let bytes = word.to_le_bytes();
                payload[range.clone()].copy_from_slice(&bytes[..range.len()]);
            }
            Self::Insert(at, bytes) => {
                let from = range(at, 0).start;
                payload.splice(from..from, bytes.iter().copied());
            }
            Self::Remove(at, count) => drop(payload.drain(range(at, *count))),
            Self::Copy(at, to, count) => {
                let (copied, to) = (payload[range(at, *count)].to_vec(), range(to, 0).start);
                payload.splice(to..to, copied);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes_panic_nothing(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        any_file(&bytes, &any_limits());
    }

    #[test]
    fn random_payloads_panic_nothing(
        kind in 0..14_u32,
        body in prop::collection::vec(any::<u8>(), 0..300),
        with_literal in any::<bool>(),
    ) {
        let literal = &FILES[0][56..56 + STOCK.literal_bytes()];
        let payload = [if with_literal { literal } else { &[] }, body.as_slice()].concat();
        any_file(&seal(1, kind, &STOCK.params.fingerprint().0, &payload), &any_limits());
    }

    #[test]
    fn changed_files_panic_nothing(file in any::<Index>(), changes in changes(), literal_too in any::<bool>()) {
        let start = if literal_too { 0 } else { STOCK.literal_bytes() };
        let changed = forge(&FILES[file.index(FILES.len())], |payload| {
            changes.iter().for_each(|change| change.apply(start, payload));
        });
        any_file(&changed, &any_limits());
        any_file(&changed, &Limits::only(&STOCK.params));
    }
}
