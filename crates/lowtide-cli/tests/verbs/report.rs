//! The page of a demo: it stands alone, it is well formed, and its numbers are those of the run.

use std::fs;

use serde_json::Value;

use crate::party::{json, refused};

/// The part of the page from the tag with this id to the next part.
fn section<'a>(page: &'a str, id: &str) -> &'a str {
    let (_, rest) =
        page.split_once(&format!("<section id=\"{id}\">")).unwrap_or_else(|| panic!("no section {id}"));
    rest.split_once("</section>").expect("its end").0
}

/// The exact numbers that a text shows, in order.
fn numbers(text: &str) -> Vec<f64> {
    let value = |part: &str| part.split('"').next().and_then(|number| number.parse().ok()).expect("a number");
    text.split("<data value=\"").skip(1).map(value).collect()
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-14 * b.abs()
}

/// Every tag that is opened is closed, in order, and no text has a bare sign of markup.
fn check_well_formed(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    for part in page.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("no end: {part:?}"));
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| !word.is_empty()).unwrap();
        assert!(name == "style" || !text.contains('>'), "{part:?}");
        match tag.as_bytes()[0] {
            b'!' => assert_eq!(tag, "!DOCTYPE html"),
            b'/' => assert_eq!(open.pop(), Some(name), "{part:?}"),
            _ if tag.ends_with('/') || ["meta", "br"].contains(&name) => {}
            _ => open.push(name),
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_page_stands_alone_and_tells_what_the_run_found() {
    let folder = tempfile::tempdir().unwrap();
    let told = json(folder.path(), "demo --steps 2 --batch 32 --report page.html");
    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert_eq!(told["report"].as_str(), folder.path().join("page.html").to_str());
    check_well_formed(&page);

    // Nothing is fetched, from anywhere.
    for name in ["src=", "href=", "<script", "<link", "<iframe", "@import", "@font-face"] {
        assert!(!page.contains(name), "{name}");
    }
    let addresses = page.match_indices("://").map(|(at, _)| &page[at - 5..]);
    for address in addresses {
        assert!(address.contains("http://www.w3.org/2000/svg\""), "{address:.80}");
    }
    assert!(page.match_indices("url(").all(|(at, _)| page[at..].starts_with("url(#")));
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("<html lang=\"en\">"));
    assert_eq!(page.matches("<svg class=\"chart\" role=\"img\" aria-label=\"").count(), 4);
    assert_eq!(section(&page, "model").matches("<title>row ").count(), 14 * 14);

    // Every section has the numbers of the run.
    let sections: [(&str, &[&str]); 5] = [
        (
            "time",
            &["seconds_keygen", "seconds_encrypt", "seconds_train", "seconds_total", "products", "rotations"],
        ),
        ("bytes", &["relinearization_key_bytes", "upload_bytes", "model_bytes"]),
        ("model", &["accuracy_encrypted", "auc_encrypted", "log_loss_encrypted"]),
        (
            "parameters",
            &["ring_degree", "log2_qp", "security_bits", "levels", "scale_bits", "steps", "batch"],
        ),
        ("parties", &[]),
    ];
    for (id, keys) in sections {
        let shown = numbers(section(&page, id));
        for key in keys {
            let number = told[key].as_f64().unwrap_or_else(|| panic!("no {key}"));
            assert!(shown.iter().any(|x| same(*x, number)), "{id}: no {key} = {number} in {shown:?}");
        }
    }
    check_history(&told, &page);
    check_regions(&told, &page);
}

/// By step: what the tables show, line by line.
fn check_history(told: &Value, page: &str) {
    let history = told["history"].as_array().unwrap();
    let of = |point: &Value, key: &str| point[key].as_f64().unwrap_or_else(|| panic!("no {key}"));
    let all = |keys: &[&str]| -> Vec<f64> {
        history.iter().flat_map(|point| keys.iter().map(|key| of(point, key)).collect::<Vec<_>>()).collect()
    };
    let accuracy = ["accuracy_encrypted", "accuracy_clear", "accuracy_exact_sigmoid"];
    let loss = ["log_loss_encrypted", "log_loss_clear", "log_loss_exact_sigmoid"];
    let expected = [all(&accuracy), all(&loss)].concat();
    let shown = numbers(section(page, "course"));
    assert_eq!(shown.len(), expected.len());
    assert!(shown.iter().zip(&expected).all(|(a, b)| same(*a, *b)), "{shown:?} {expected:?}");

    let price = all(&["levels", "ring_degree", "seconds_train", "max_weight_error"]);
    let shown = numbers(section(page, "levels"));
    assert!(shown.iter().zip(&price).all(|(a, b)| same(*a, *b)), "{shown:?} {price:?}");

    // The last point is the run itself, and noise changes no rank.
    let (first, last) = (&history[0], &history[1]);
    for key in accuracy.iter().chain(&loss).chain(&["levels", "ring_degree", "max_weight_error"]) {
        assert_eq!(last[key], told[key], "{key}");
    }
    assert_eq!([of(first, "steps"), of(last, "steps")], [1.0, 2.0]);
    assert!(of(first, "levels") < of(last, "levels"));
    for point in history {
        assert!((of(point, "accuracy_encrypted") - of(point, "accuracy_clear")).abs() <= 0.002);
        assert!(of(point, "max_weight_error") < 1e-3);
    }
}

/// By part of the circuit: the time adds up, and the levels go down.
fn check_regions(told: &Value, page: &str) {
    let regions = told["regions"].as_array().unwrap();
    let sum: f64 = regions.iter().map(|region| region["seconds"].as_f64().unwrap()).sum();
    let whole = told["seconds_train"].as_f64().unwrap();
    assert!(sum > 0.0 && sum <= whole, "{sum} of {whole}");
    let shown = numbers(section(page, "time"));
    for region in regions {
        let seconds = region["seconds"].as_f64().unwrap();
        assert!(shown.iter().any(|x| same(*x, seconds)), "{region}");
        assert!(region["highest_level"].as_u64() >= region["lowest_level"].as_u64());
    }
    let lowest = regions.iter().filter_map(|region| region["lowest_level"].as_u64()).min();
    assert_eq!(lowest, Some(0));
}

#[test]
fn a_page_that_cannot_be_written_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    refused(folder.path(), "demo --report nowhere/page.html", 1, &["nowhere/page.html", "folder"]);
    refused(folder.path(), "demo --report .", 1, &["cannot write"]);
}
