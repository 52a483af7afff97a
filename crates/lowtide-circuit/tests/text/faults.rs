//! What is wrong is said where it is, with the cure.

use lowtide_circuit::{Error, text};

/// The error of statements behind `input price` in line 3.
fn error(statements: &str) -> String {
    let text = format!("lowtide circuit 1\nslots 4\ninput price\n{statements}");
    text::parse(&text).unwrap_err().to_string()
}

macro_rules! faults {
    ($($name:ident: $statements:expr => $expected:expr;)*) => {
        $(
            #[test]
            fn $name() {
                assert_eq!(error($statements), $expected);
            }
        )*
    };
}

faults! {
    unknown_value: "output y = prise" => "line 4, column 12: there is no value named `prise`: did you mean `price`?";
    unknown_operation: "output y = rotat(price, 1)"
        => "line 4, column 12: there is no operation named `rotat`: did you mean `rotate`?";
    unknown_statement: "inptu y" => "line 4, column 1: there is no statement named `inptu`: did you mean `input`?";
    unknown_region: "region powers { }\nagain power { }"
        => "line 5, column 7: there is no such region here named `power`: did you mean `powers`?";
    name_bound_twice: "y = price\n  y = price"
        => "line 5, column 3: the value `y` was named in line 4 already: take another name";
    output_bound_twice: "output y = price\noutput y = 1"
        => "line 5, column 8: the output `y` was named in line 4 already: take another name";
    open_parenthesis: "y = (price + 1\noutput y"
        => "line 5, column 1: found `output` where `)` belongs: the `(` of line 4 is still open";
    open_bracket: "y = [1, 2, 3, 4\n"
        => "line 5, column 1: found the end of the text where `]` belongs: the `[` of line 4 is still open";
    open_region: "region \"step 1\" {\noutput y = price"
        => "line 5, column 17: the text ends within region \"step 1\" of line 4: close it with `}`";
    no_region: "}" => "line 4, column 1: found `}` where a statement belongs: no region is open here";
    unfinished_sum: "y = price +\n    1"
        => "line 4, column 12: found the end of the line where a value belongs: \
            an expression goes on in the next line only inside parentheses";
    missing_sign: "y = 2 price"
        => "line 4, column 7: found `price` where the end of the line belongs: \
            a product is written with `*`, and each statement has a line of its own";
    division: "y = price / 4"
        => "line 4, column 11: found `/` where an operator belongs: \
            there is no division; multiply by the inverse. Comments begin with `#`";
    python_power: "y = price ** 4" => "line 4, column 12: found `*` where a value belongs: a power is written `x^4`";
    power_of_power: "y = price^2^3"
        => "line 4, column 12: found `^` where the end of the line belongs: one power of another wants parentheses";
    zeroth_power: "y = price^0" => "line 4, column 11: `0` is not an exponent: `x^0` is 1";
    root: "y = price^0.5" => "line 4, column 11: `0.5` is not a whole number of at most nine digits";
    rotation_without_steps: "y = rotate(price)"
        => "line 4, column 17: found `)` where `,` belongs: a rotation names its steps to the left: `rotate(x, 3)`";
    short_vector: "y = price * [1, 2, 3]"
        => "line 4, column 13: 3 numbers in a vector, where there are 4 slots: \
            write one a slot; `5 of 0` stands for five zeros";
    long_vector: "y = price * [1, 4 of 2, 3]"
        => "line 4, column 17: 5 numbers in a vector, where there are 4 slots: \
            write one a slot; `5 of 0` stands for five zeros";
    expression_in_vector: "y = [price, 2]"
        => "line 4, column 6: found `price` where a number belongs: \
            vectors hold numbers only, or `5 of 0` for five zeros";
    huge_number: "y = price * 1e999"
        => "line 4, column 13: `1e999` is not a number that double precision holds: the largest is about 1.8e308";
    odd_number: "y = price * 1.2.3"
        => "line 4, column 13: `1.2.3` is not a number: write, say, `12`, `0.5` or `1.5e-3`";
    columns_count_characters: "region \"é\" { § }"
        => "line 4, column 14: found `§` where a name, a number or an operator belongs";
    nameless_expression: "price + 1"
        => "line 4, column 7: found `+` where `=` belongs: \
            expressions have names: write `name = ...` or `output name = ...`";
    region_of_two_words: "region step 1 { }"
        => "line 4, column 13: found `1` where `{` belongs: \
            a name of several words stands in quotes: `region \"step 1\" {`";
    odd_escape: "region \"\\x\" { }"
        => "line 4, column 8: found `\"\\x\"` where a name in quotes belongs: \
            the escapes are \\\" \\\\ \\n \\t and, say, \\u{e9}";
}

#[test]
fn the_header_is_checked() {
    let error = |text: &str| text::parse(text).unwrap_err().to_string();
    let begins = "a circuit's text begins with the line `lowtide circuit 1`";
    let unexpected =
        |found: &str| format!("line 1, column 1: found {found} where `lowtide circuit 1` belongs: {begins}");
    assert_eq!(error(""), unexpected("the end of the text"));
    assert_eq!(error("input x"), unexpected("`input`"));
    assert_eq!(
        error("lowtide circuit 2\n"),
        "line 1, column 17: version 2 of the format is not known here: this is version 1"
    );
    assert_eq!(
        error("lowtide circuit 1\ninput x\n"),
        "line 2, column 1: found `input` where `slots` belongs: the second line names the number of slots: `slots 8`"
    );
    assert_eq!(
        error("lowtide circuit 1\nslots 12\n"),
        "line 2, column 7: 12 slots: take a power of two up to 131072"
    );
}

#[test]
fn a_circuit_has_an_output() {
    assert_eq!(text::parse("lowtide circuit 1\nslots 4\ninput x\n"), Err(Error::NoOutput));
}
