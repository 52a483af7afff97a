//! What a service links, built without the customer's half: it trains, and no secret key can be named in it.

use std::path::Path;

use crate::{cargo::Run, error::Error};

const SERVICE: &str = "-p lowtide-logreg --no-default-features";

pub(super) fn run(root: &Path) -> Result<(), Error> {
    without_customer(&Run::cargo(root, "tree --edges features").words(SERVICE).output()?)?;
    Run::cargo(root, "build").words(SERVICE).words("--example service").run()?;
    Run::cargo(root, "test").words(SERVICE).run()
}

/// The tree has one line for each feature of each dependency, `NAME feature "FEATURE"`; none may be the
/// customer's. Dependencies of examples and tests are in it, as they are in the example that a service is.
fn without_customer(tree: &str) -> Result<(), Error> {
    match tree.lines().find(|line| line.contains("feature \"customer\"")) {
        None => Ok(()),
        Some(line) => {
            Err(Error::Customer { edge: line.trim_start_matches(['│', '├', '└', '─', ' ']).into() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_customer_feature_is_found_wherever_it_is() {
        let tree =
            "lowtide-logreg v0.1.0\n├── lowtide-linalg v0.1.0\n│   └── lowtide-ckks feature \"customer\"\n";
        let error = without_customer(tree).unwrap_err();
        assert!(error.to_string().contains("lowtide-ckks feature \"customer\""), "{error}");
    }

    #[test]
    fn other_features_are_none_of_its_business() {
        let tree = "lowtide-logreg v0.1.0\n├── rand feature \"std\"\n└── lowtide-ckks v0.1.0\n";
        assert!(without_customer(tree).is_ok());
    }
}
