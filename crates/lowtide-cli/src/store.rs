//! Files, with their paths in every error.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use lowtide_logreg::Model;
use lowtide_wire::{Error as WireError, Limits, Payload};
use tempfile::Builder;

use crate::error::Error;

/// Reads a file of Lowtide.
pub(crate) fn load<T: Payload>(path: &Path, limits: &Limits) -> Result<T, Error> {
    lowtide_wire::load(path, limits).map_err(|source| match source {
        WireError::File { verb, path, source } => Error::File { verb, path, source },
        source => Error::Content { path: path.into(), source },
    })
}

/// Writes a file of Lowtide, whole or not at all, in place of one that may be there, and says how long it is.
pub(crate) fn save<T: Payload>(path: &Path, value: &T) -> Result<u64, Error> {
    lowtide_wire::save(path, value).map_err(Error::Save)
}

/// Writes a file of Lowtide unless there is one.
pub(crate) fn save_new<T: Payload>(path: &Path, value: &T) -> Result<u64, Error> {
    lowtide_wire::save_new(path, value).map_err(|source| match source {
        WireError::Exists { path } => Error::KeyExists { path },
        source => Error::Save(source),
    })
}

/// Reads a model.
pub(crate) fn load_model(path: &Path) -> Result<Model, Error> {
    let text = fs::read_to_string(path).map_err(Error::file("read", path))?;
    Model::from_json(&text).map_err(|source| Error::unfit(path, source))
}

/// Writes a model.
pub(crate) fn save_model(path: &Path, model: &Model) -> Result<u64, Error> {
    let text = model.to_json()?;
    write(path, |out| out.write_all(text.as_bytes()))
}

/// Whether a file can be written there: a long computation should not find out at its end.
pub(crate) fn check_room(path: &Path) -> Result<(), Error> {
    if path.is_dir() {
        return Err(Error::file("write", path)(io::ErrorKind::IsADirectory.into()));
    }
    if folder(path).is_dir() { Ok(()) } else { Err(Error::NoFolder { path: path.into() }) }
}

/// The folder that a file is in.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes a file whose companion could not be written.
pub(crate) fn forget(path: &Path) {
    let _ = fs::remove_file(path);
}

/// Opens a file to read it.
pub(crate) fn open(path: &Path) -> Result<File, Error> {
    File::open(path).map_err(Error::file("open", path))
}

/// Writes a file of any kind, whole or not at all, and says how long it is.
pub(crate) fn write(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<u64, Error> {
    let written = || -> io::Result<u64> {
        let mut builder = Builder::new();
        builder.prefix(".lowtide-").suffix(".part");
        // As files are made otherwise: readable as the user's mask allows.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let draft = builder.tempfile_in(folder(path))?;
        let mut out = io::BufWriter::new(&draft);
        content(&mut out)?;
        out.flush()?;
        drop(out);
        let bytes = draft.as_file().metadata()?.len();
        draft.persist(path).map_err(|error| error.error)?;
        Ok(bytes)
    };
    written().map_err(Error::file("write", path))
}
