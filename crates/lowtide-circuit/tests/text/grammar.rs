//! What a person writes is understood as it is meant.

use std::collections::BTreeMap;

use lowtide_circuit::{Builder, Circuit, Wire, read, text};

use crate::form::Forms;

fn parse(statements: &str) -> Circuit {
    let text = format!("lowtide circuit 1\nslots 4\ninput x\ninput y\n{statements}\n");
    text::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// An expression is the same as what is built.
fn assert_same(expression: &str, build: impl FnOnce(&Builder, Wire, Wire) -> Wire) {
    let b = Builder::new(4);
    let (x, y) = (b.input("x"), b.input("y"));
    b.output("z", &build(&b, x, y));
    let mut forms = Forms::default();
    let (found, expected) = (parse(&format!("output z = {expression}")), b.finish().unwrap());
    assert_eq!(forms.of(&found), forms.of(&expected), "{expression}: {found:#?}");
}

#[test]
fn signs_bind_as_in_algebra() {
    assert_same("x + y * x", |_, x, y| &x + y * &x);
    assert_same("(x + y) * x", |_, x, y| (&x + y) * &x);
    assert_same("x - y - x", |_, x, y| (&x - y) - &x);
    assert_same("x - (y - x)", |_, x, y| &x - (y - &x));
    assert_same("-x * y", |_, x, y| -x * y);
    assert_same("-x^2", |_, x, _| -(&x * &x));
    assert_same("--x", |_, x, _| -(-x));
    assert_same("x * -y", |_, x, y| x * -y);
    assert_same("x - -y", |_, x, y| x - -y);
    assert_same("x^4", |_, x, _| &x * &x * &x * &x);
    assert_same("(x + y)^3", |_, x, y| {
        let sum = x + y;
        &sum * &sum * &sum
    });
    assert_same("x^1", |_, x, _| x);
    assert_same("square(x)", |_, x, _| x.square());
    assert_same("conjugate(x + y)", |_, x, y| (x + y).conjugate());
}

#[test]
fn rotations_go_round() {
    assert_same("rotate(x, 3)", |_, x, _| x.rotate(3));
    assert_same("rotate(x, -1)", |_, x, _| x.rotate(3));
    assert_same("rotate(x, 7)", |_, x, _| x.rotate(3));
    assert_same("rotate(x + y, 8)", |_, x, y| x + y);
    assert_same("rotate(x + y, -4)", |_, x, y| x + y);
}

#[test]
fn a_sign_belongs_to_its_number() {
    assert_same("x * -2", |_, x, _| x * -2.0);
    assert_same("x - 2", |_, x, _| x - 2.0);
    assert_same("-2", |b, _, _| b.constant(-2.0));
    assert_same("--2", |b, _, _| -b.constant(-2.0));
    assert_same("-(2)", |b, _, _| -b.constant(2.0));
    assert_same("-2^2", |b, _, _| -(b.constant(2.0) * b.constant(2.0)));
    assert_same("x + 1.5e-3", |_, x, _| x + 1.5e-3);
}

#[test]
fn vectors_and_runs() {
    assert_same("x * [1, -0.5, 2 of -3]", |b, x, _| x * b.vector([1.0, -0.5, -3.0, -3.0]));
    assert_same("[4 of 1,]", |b, _, _| b.vector([1.0; 4]));
}

#[test]
fn lines_go_on_inside_parentheses() {
    assert_same("(x  # one\n  + y  # two\n)", |_, x, y| x + y);
    assert_same("rotate(\n    x,\n    1\n) * [1,\n\n2, 3, 4]", |b, x, _| {
        x.rotate(1) * b.vector([1.0, 2.0, 3.0, 4.0])
    });
}

#[test]
fn no_word_is_reserved() {
    let circuit =
        parse("square = x * x\nof = square + 1\ninput output\nregion = output * of\noutput input = region");
    assert_eq!(circuit.outputs()[0].0, "input");
    assert_eq!(circuit.inputs()[2].name, "output");
    assert_eq!(read::depth(&circuit).depth, 2);
}

#[test]
fn regions_nest_and_go_on() {
    let circuit = parse(
        "region a {\n    p = x * y\n    region \"b c\" { q = p * p }\n}\n\
         region a { r = q * q }\nagain a { s = r + 1 }\nagain a 1 { t = s + x }\noutput z = t\n",
    );
    let names: Vec<_> = circuit.regions().iter().map(|region| region.name.as_str()).collect();
    assert_eq!(names, ["", "a", "b c", "a"]);
    let at = |name: &str| -> Vec<_> {
        circuit.nodes().iter().filter(|node| node.op.name() == name).map(|node| node.region.index()).collect()
    };
    assert_eq!(at("multiply"), [1, 2, 3]);
    assert_eq!(at("add"), [3, 1]);
}

#[test]
fn windows_lines_and_tabs_are_fine() {
    let text = "# A circuit.\r\n\r\nlowtide circuit 1\r\nslots 4\r\n\tinput x\r\noutput y = x + 1\r\n";
    let circuit = text::parse(text).unwrap();
    let inputs = BTreeMap::from([("x".to_owned(), vec![0.0, 1.0, 2.0, 3.0])]);
    assert_eq!(read::clear(&circuit, &inputs).unwrap()["y"], [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn the_printed_text_reads_like_algebra() {
    let circuit = parse(
        "public p\nsquare = x * x\nregion powers {\n    fourth = square * square\n    eighth = fourth * fourth\n}\n\
         output z = fourth + 2 - rotate(x, 3) * [1, 0.5, 0, -1] * p\noutput w = eighth - (x - y) - -0.5 * y^5\n",
    );
    let expected = "\
lowtide circuit 1
slots 4

input x
input y
public p

t1 = x * x
region powers {
    t2 = t1 * t1
    t3 = t2 * t2
}

output z = t2 + 2 - rotate(x, 3) * [1, 0.5, 0, -1] * p
output w = t3 - (x - y) - y^5 * -0.5
";
    assert_eq!(text::print(&circuit), expected);
}
