//! Makes the embedded data set of `lowtide-data` from the four files of MNIST.

use flate2::{Compression, GzBuilder};
use lowtide_data::{
    Limits,
    idx::{Idx, Images},
    mnist,
};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Why the data set was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    /// A file is not what MNIST says it should be.
    #[error("{}: {source}", path.display())]
    Idx { path: PathBuf, source: lowtide_data::Error },
}

/// Picks 3 and 8 out of the files in `folder`, halves the pictures, and writes them beside
/// `lowtide-data`'s sources. The same files give the same bytes, on any machine.
pub(crate) fn run(folder: &Path) -> Result<(), Error> {
    let home = crate::root().join("crates/lowtide-data/data");
    for (from, to) in [("train", "train"), ("t10k", "test")] {
        let pictures = folder.join(format!("{from}-images-idx3-ubyte.gz"));
        let images =
            Images::new(read(&pictures)?, read(&folder.join(format!("{from}-labels-idx1-ubyte.gz")))?)
                .and_then(|images| images.pick(mnist::NEGATIVE, mnist::POSITIVE).pool2x2())
                .map_err(|source| Error::Idx { path: pictures, source })?;
        write(images.pictures(), &home.join(format!("mnist38-{to}-images.idx.gz")))?;
        write(images.labels(), &home.join(format!("mnist38-{to}-labels.idx.gz")))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Idx, Error> {
    let file = File::open(path).map_err(|source| Error::File { path: path.into(), source })?;
    Idx::read(file, &Limits::DEFAULT).map_err(|source| Error::Idx { path: path.into(), source })
}

fn write(idx: &Idx, path: &Path) -> Result<(), Error> {
    let failed = |source| Error::File { path: path.into(), source };
    // No name and no time in the header: the bytes depend on the pictures alone.
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    let bytes = idx.write(&mut gzip).and_then(|()| gzip.finish()).map_err(failed)?;
    println!("{} ({} items, {} bytes)", path.display(), idx.items(), bytes.len());
    fs::write(path, bytes).map_err(failed)
}
