//! Pictures of circuits: everything is there once, and nothing that is written in a circuit can break them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use lowtide_circuit::{Builder, Circuit, Wire, draw, pass};
use proptest::prelude::*;

#[path = "circuits/random.rs"]
#[allow(dead_code, reason = "shared with tests that run circuits")]
mod random;

/// The elements of well-formed XML, as `name` and the text between its tags; a small and strict reader.
fn elements(xml: &str) -> Vec<(String, String)> {
    let (mut open, mut all) = (Vec::new(), Vec::new());
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        assert!(!text.contains('>'), "a bare > in {text:?}");
        for (at, _) in text.match_indices('&') {
            let known = ["&amp;", "&lt;", "&gt;"].iter().any(|entity| text[at..].starts_with(entity));
            assert!(known, "a bare & in {text:?}");
        }
        if let Some((_, content)) = open.last_mut() {
            *content = format!("{content}{text}");
        }
        let end = tag.find('>').expect("a tag ends");
        let inside = &tag[1..end];
        assert!(!inside.contains('<') && inside.matches('"').count().is_multiple_of(2), "in <{inside}>");
        rest = &tag[end + 1..];
        let name = |text: &str| text.split([' ', '/']).next().unwrap().to_owned();
        if let Some(closing) = inside.strip_prefix('/') {
            let (name, text) = open.pop().expect("a tag is open");
            assert_eq!(name, closing);
            all.push((name, text.trim().to_owned()));
        } else if inside.ends_with('/') {
            all.push((name(inside), String::new()));
        } else {
            open.push((name(inside), String::new()));
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest:?}");
    all
}

fn count(text: &str, what: &str) -> usize {
    text.matches(what).count()
}

fn quartic() -> Circuit {
    let b = Builder::new(4);
    let (x, p) = (b.input("x"), b.public("p"));
    let square = b.region("powers", || b.region("second", || &x * &x));
    b.output("y", &b.region("last", || &square * &square * &p + 2.0));
    b.finish().unwrap()
}

#[test]
fn svg_shows_every_node_region_and_output_once() {
    let svg = draw::svg(&quartic());
    let all = elements(&svg);
    // x, x x, p, and three in the last region; 2 is written in the sum.
    assert_eq!(count(&svg, "data-node="), 6);
    let texts: Vec<_> =
        all.iter().filter(|(name, _)| name == "text").map(|(_, text)| text.as_str()).collect();
    for word in ["x", "p", "y", "+ 2", "powers", "second", "last", "Depth 3", "depth 0", "depth 3"] {
        assert_eq!(texts.iter().filter(|text| **text == word).count(), 1, "{word} in {texts:?}");
    }
    assert_eq!(count(&svg, "class=\"frame\""), 3 + 1, "three regions and the legend");
    // The input, three products, a sum, the output: all on the deepest chain; p is not.
    assert_eq!(count(&svg, "class=\"node input critical\""), 1);
    assert_eq!(count(&svg, "class=\"node level critical\""), 3);
    assert_eq!(count(&svg, "class=\"node output critical\""), 1);
    assert_eq!(count(&svg, "class=\"node input public\""), 1);
    assert!(svg.contains("prefers-color-scheme: dark"));
    assert!(!svg.contains("href"), "it needs no other file");
}

#[test]
fn a_number_that_is_an_output_is_drawn() {
    let b = Builder::new(4);
    b.output("two", &b.constant(2.0));
    let svg = draw::svg(&b.finish().unwrap());
    elements(&svg);
    assert_eq!(count(&svg, "data-node=\"0\""), 1);
    assert!(svg.contains("Depth 0"));
}

#[test]
fn dot_shows_every_node_once_and_nests_clusters() {
    let circuit = quartic();
    let dot = draw::dot(&circuit);
    for (id, node) in circuit.iter() {
        assert_eq!(count(&dot, &format!("  n{} [", id.index())), 1, "{id}");
        for operand in node.op.operands() {
            assert!(dot.contains(&format!("n{} -> n{}", operand.index(), id.index())));
        }
    }
    assert!(dot.starts_with("digraph") && count(&dot, "{") == count(&dot, "}"));
    let place = |what: &str| dot.find(what).unwrap();
    let (outer, inner) = (place("label=\"powers\""), place("label=\"second\""));
    let closed = dot[outer..].find("\n  }\n").unwrap() + outer;
    assert!(outer < inner && inner < closed, "{dot}");
    assert_eq!(count(&dot, "rank=same"), 3);
    assert!(dot.contains("out0 [label=\"y\""));
}

#[test]
fn deeply_nested_regions_are_drawn() {
    fn nest(b: &Builder, x: &Wire, left: usize) -> Wire {
        let y = x + left as f64;
        if left == 0 { y } else { b.region(format!("r{left}"), || nest(b, &y, left - 1)) }
    }
    let b = Builder::new(4);
    b.output("y", &nest(&b, &b.input("x"), 300));
    let circuit = b.finish().unwrap();
    assert_eq!(
        count(&draw::svg(&circuit), "class=\"frame\""),
        6 + 1,
        "six regions with what is in them, and the legend"
    );
    assert_eq!(count(&draw::dot(&circuit), "subgraph"), 300);
}

/// Steps of two products in regions of their own, twice nested.
fn long(steps: usize) -> Circuit {
    let b = Builder::new(4);
    let (mut x, p) = (b.input("x"), b.public("p"));
    for i in 0..steps {
        let inner = || b.region("inner", || x.rotate(1) * &p + i as f64);
        x = b.region(format!("step {i}"), || inner().square());
    }
    b.output("y", &x);
    b.finish().unwrap()
}

#[test]
fn large_circuits_are_summed_up() {
    let small = draw::svg(&long(20));
    assert_eq!(count(&small, "data-node="), 2 + 4 * 20);
    for steps in [500, 5000] {
        let svg = draw::svg(&long(steps));
        assert!(elements(&svg).iter().any(|(_, text)| text.contains("summed up")));
        assert_eq!(count(&svg, "data-node="), 0);
        assert!(svg.len() < 600_000, "{} bytes", svg.len());
    }
}

fn in_region(name: &str) -> Circuit {
    let b = Builder::new(4);
    let y = b.region(name, || b.input("x").square());
    b.output("y", &y);
    b.finish().unwrap()
}

#[test]
fn names_of_regions_are_escaped() {
    let name = "a<script>&amp;\"'\\]]>-->\n\0\u{1b}é";
    let svg = draw::svg(&in_region(name));
    let title = "a&lt;script&gt;&amp;amp;\"'\\]]&gt;--&gt;\u{fffd}\u{fffd}\u{fffd}é";
    assert!(elements(&svg).contains(&("title".into(), title.into())), "{svg}");
    let dot = draw::dot(&in_region(name));
    assert!(dot.contains("label=\"a<script>&amp;\\\"'\\\\]]>-->\u{fffd}\u{fffd}\u{fffd}é\";"), "{dot}");
}

/// Quotes that no backslash stands before; those end strings.
fn strings_end(dot: &str) -> bool {
    dot.lines().all(|line| {
        let (mut open, mut escaped) = (false, false);
        for c in line.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' if open => escaped = true,
                '"' => open = !open,
                _ => {}
            }
        }
        !open && !escaped
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_circuits_are_drawn(circuit in random::circuits(80)) {
        for circuit in [pass::optimize(&circuit), circuit] {
            let (svg, dot) = (draw::svg(&circuit), draw::dot(&circuit));
            elements(&svg);
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf\"") && !svg.contains("inf "));
            for (id, _) in circuit.iter() {
                prop_assert_eq!(count(&dot, &format!("  n{} [", id.index())), 1);
                let drawn = count(&svg, &format!("data-node=\"{}\"", id.index()));
                prop_assert!(drawn <= 1);
            }
            prop_assert_eq!(count(&svg, "class=\"node output"), circuit.outputs().len() + 1);
            prop_assert_eq!(&draw::svg(&circuit), &svg, "the same circuit is the same picture");
        }
    }

    #[test]
    fn any_region_name_is_drawn(name in any::<String>()) {
        elements(&draw::svg(&in_region(&name)));
        prop_assert!(strings_end(&draw::dot(&in_region(&name))));
    }
}
