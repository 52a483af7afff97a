//! Files on disk.

use std::fs;

use lowtide_ckks::{EvaluationKeys, SecretKey};
use lowtide_wire::{Error, encode, load, save, save_new};

use crate::stock::{STOCK, any_limits};

fn names(folder: &tempfile::TempDir) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    fs::read_dir(folder.path()).unwrap().map(name).collect()
}

#[test]
fn files_come_back_from_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.lowtide");
    fs::write(&path, "something older").unwrap();
    let written = save(&path, &STOCK.keys).unwrap();
    let bytes = fs::read(&path).unwrap();
    assert_eq!((written, &bytes), (bytes.len() as u64, &encode(&STOCK.keys)));
    let read: EvaluationKeys = load(&path, &any_limits()).unwrap();
    assert_eq!(encode(&read), bytes);
    assert_eq!(names(&folder), ["keys.lowtide"]);
}

#[test]
fn a_new_file_replaces_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.lowtide");
    save_new(&path, &STOCK.secret).unwrap();
    let bytes = fs::read(&path).unwrap();
    let error = save_new(&path, &STOCK.fresh).unwrap_err();
    assert!(matches!(&error, Error::Exists { path: found } if *found == path), "{error}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
    let read: SecretKey = load(&path, &any_limits()).unwrap();
    assert_eq!(read.coefficients(), STOCK.secret.coefficients());
    assert_eq!(names(&folder), ["secret.lowtide"]);
}

#[cfg(unix)]
#[test]
fn a_secret_key_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let path = folder.path().join("new");
    save_new(&path, &STOCK.secret).unwrap();
    assert_eq!(mode(&path), 0o600);
    // Also where a file stood that all could read.
    let path = folder.path().join("old");
    save(&path, &STOCK.params).unwrap();
    assert_ne!(mode(&path) & 0o044, 0);
    save(&path, &STOCK.secret).unwrap();
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn errors_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no such folder").join("file");
    for error in [
        save(&path, &STOCK.fresh).unwrap_err(),
        save_new(&path, &STOCK.fresh).unwrap_err(),
        load::<SecretKey>(&path, &any_limits()).unwrap_err(),
    ] {
        assert!(matches!(&error, Error::File { path: found, .. } if *found == path));
        assert!(error.to_string().contains("no such folder"), "{error}");
    }
    let error = load::<SecretKey>(folder.path(), &any_limits()).unwrap_err();
    assert!(matches!(error, Error::File { .. }), "{error}");
}

#[test]
fn damaged_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let good = encode(&STOCK.keys);
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        load::<EvaluationKeys>(&path, &any_limits()).unwrap_err()
    };
    assert!(matches!(refused(&good[..good.len() - 1]), Error::Truncated { .. }));
    assert!(matches!(refused(&[&good[..], b"more"].concat()), Error::Trailing { extra: 4 }));
    let mut flipped = good.clone();
    flipped[200] ^= 4;
    assert!(matches!(refused(&flipped), Error::Damaged));
    assert!(matches!(refused(b""), Error::Truncated { .. }));
    fs::write(&path, &good).unwrap();
    let limits = any_limits().bytes(100);
    assert!(matches!(load::<EvaluationKeys>(&path, &limits), Err(Error::TooLarge { limit: 100, .. })));
}
