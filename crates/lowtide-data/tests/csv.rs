//! CSV: what is read, what is refused, and where the message says it is.

use lowtide_data::csv::{Reader, write};
use lowtide_data::{Cell, Classes, Dataset, Error, Label, Limits, Loaded, Table, Warning};
use proptest::prelude::*;

fn read(text: &str) -> Result<Loaded<Dataset>, Error> {
    Reader::new().dataset(text.as_bytes())
}

fn refused(text: &str) -> Error {
    read(text).expect_err(text)
}

fn at(line: u64, column: &str) -> Cell {
    Cell { line, column: column.into() }
}

fn signs(data: &Dataset) -> Vec<f64> {
    data.labels().iter().map(|label| label.sign()).collect()
}

#[test]
fn header_numbers_labels() {
    let loaded = read("a, b ,y\n1,2.5,0\n -3e2 ,+4,1\n").unwrap();
    let data = loaded.data;
    assert_eq!(data.names(), ["a", "b"]);
    assert_eq!(data.features(), [1.0, 2.5, -300.0, 4.0]);
    assert_eq!(signs(&data), [-1.0, 1.0]);
    assert_eq!((data.source(0), data.source(1)), (2, 3));
    assert!(loaded.warnings.is_empty());
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    for end in ["\n", "\r\n"] {
        let text = ["\u{feff}a,y", "", "1,0", "", "", "\"2", "\",1", "3,1", ""].join(end);
        let data = read(&text).unwrap().data;
        assert_eq!(data.features(), [1.0, 2.0, 3.0], "{end:?}");
        assert_eq!([0, 1, 2].map(|i| data.source(i)), [3, 6, 8], "{end:?}");
    }
    // No line feed at the end of the file; a last cell that holds one.
    assert_eq!(read("a,y\n1,0\n2,1").unwrap().data.source(1), 3);
    assert_eq!(read("a,y\n1,0\n2,\"1\n\"").unwrap().data.source(1), 3);
}

#[test]
fn the_label_column_is_chosen_by_name() {
    let data = Reader::new().label("y").dataset("y,a\nno,1\nyes,2\n".as_bytes()).unwrap().data;
    assert_eq!((data.names(), data.label(1)), (&["a".to_string()][..], 1.0));

    let error = Reader::new().label("diagnose").dataset("a,Diagnosis\n1,2\n".as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no column is named `diagnose` (did you mean `Diagnosis`?); the file has `a`, `Diagnosis`"
    );
    let error = Reader::new().label("y").dataset("a,b\n1,2\n".as_bytes()).unwrap_err();
    assert!(matches!(error, Error::LabelNotFound { nearest: None, .. }));
}

#[test]
fn which_label_is_positive() {
    let cases = [
        (["0", "1"], None, ["0", "1"]),
        (["1", "-1"], None, ["-1", "1"]),
        (["10", "9"], None, ["9", "10"]),
        (["malignant", "benign"], None, ["benign", "malignant"]),
        (["2", "yes"], None, ["2", "yes"]),
        (["malignant", "benign"], Some("benign"), ["malignant", "benign"]),
        (["0", "1"], Some("0.0"), ["1", "0"]),
    ];
    for (two, wanted, [negative, positive]) in cases {
        let mut reader = Reader::new();
        if let Some(wanted) = wanted {
            reader = reader.positive(wanted);
        }
        let text = format!("a,y\n1,{}\n2,{}\n3,{}\n", two[0], two[1], two[0]);
        let data = reader.dataset(text.as_bytes()).unwrap().data;
        let first = if two[0] == positive { 1.0 } else { -1.0 };
        assert_eq!(signs(&data), [first, -first, first], "{two:?}");
        let classes = Classes { column: "y".into(), negative: negative.into(), positive: positive.into() };
        assert_eq!(data.classes(), &classes);
        assert_eq!(data.classes().name(Label::Positive), positive);
    }
}

#[test]
fn labels_that_are_equal_numbers_are_one_label() {
    let data = read("a,y\n1,1\n2,0\n3,1.0\n4,-0\n").unwrap().data;
    assert_eq!(signs(&data), [1.0, -1.0, 1.0, -1.0]);
    assert_eq!((data.classes().negative.as_str(), data.classes().positive.as_str()), ("0", "1"));
}

#[test]
fn bad_labels() {
    assert!(matches!(
        refused("a,y\n1,x\n2,x\n"),
        Error::OneClass { column, value, rows: 2 } if column == "y" && value == "x"
    ));
    assert!(matches!(
        refused("a,y\n1,x\n2,y\n3,z\n"),
        Error::ThirdClass { cell, third, two } if cell == at(4, "y") && third == "z" && *two == ["x", "y"]
    ));
    assert!(matches!(refused("a,y\n1,x\n2,\n"), Error::MissingValue { cell } if cell == at(3, "y")));
    assert!(matches!(refused("a,y\n1,0\n2,nan\n"), Error::NotFinite { cell, .. } if cell == at(3, "y")));
    let error = Reader::new().positive("ill").dataset("a,y\n1,x\n2,z\n".as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "no row has the positive label `ill`; column `y` has `x` and `z`");
}

#[test]
fn bad_cells_name_line_and_column() {
    for missing in ["", "  ", "NA", "n/a", "null", "None", "?"] {
        let error = refused(&format!("a,b,y\n1,2,0\n3,{missing},1\n"));
        assert!(matches!(error, Error::MissingValue { cell } if cell == at(3, "b")), "{missing:?}");
    }
    for infinite in ["nan", "NaN", "inf", "-Infinity", "1e999"] {
        let error = refused(&format!("a,b,y\n1,2,0\n\n{infinite},2,1\n"));
        assert!(
            matches!(&error, Error::NotFinite { cell, text } if *cell == at(4, "a") && text == infinite),
            "{error}"
        );
    }
    let error = refused("a,b,y\n1,2,0\n1,two,1\n");
    assert_eq!(
        error.to_string(),
        "line 3, column `b`: `two` is not a number; encode it as one, or remove the column"
    );
    let error = refused(&format!("a,b,y\n1,2,0\n1,{},1\n", "é".repeat(5_000)));
    assert!(matches!(error, Error::NotANumber { text, .. } if text.chars().count() == 41));
    let error = Reader::new().dataset(&b"a,b,y\n1,2,0\n1,\xff,1\n"[..]).unwrap_err();
    assert!(matches!(error, Error::NotUtf8 { line: 3, column: 2 }));
}

#[test]
fn ragged_rows() {
    assert!(matches!(refused("a,b,y\n1,2,0\n1,0\n"), Error::RaggedRow { line: 3, found: 2, expected: 3 }));
    assert!(matches!(refused("a,b,y\n1,2,0\n\n1,2,3,0\n"), Error::RaggedRow { line: 4, found: 4, .. }));
}

#[test]
fn a_quote_that_nobody_closes_is_named_by_the_line_it_starts_on() {
    for text in [
        "a,b,y\n1,2,0\n\n1,\"2,1\n1,2,0\n",
        "a,b,y\n1,2,0\n\n1,2,\"1",
        "a,b,y\n1,2,0\n\n1,2,\"1\n",
        "a,b,y\r\n1,2,0\r\n\r\n1,2,\"1\"\"\r\n\r\n",
        "a,b,y\n1,2,0\n1,2,1\n\"",
    ] {
        assert!(matches!(refused(text), Error::OpenQuote { line: 4 }), "{text}: {}", refused(text));
    }
    assert!(matches!(refused("\""), Error::OpenQuote { line: 1 }));
    assert!(read("a,b,y\n1,2,0\n\"1\",\"2\",\"1\"").is_ok());
    assert!(read("a,b,y\n1,2,0\n1,2,1\n\"\"\n").is_ok());
}

#[test]
fn bad_headers() {
    assert!(matches!(refused(""), Error::Empty));
    assert!(matches!(refused("\n\r\n  \n"), Error::Empty));
    assert!(matches!(refused("a,y\n"), Error::NoRows));
    assert!(matches!(refused("y\n1\n0\n"), Error::NoFeatures { label } if label == "y"));
    assert!(matches!(refused("a;y\n1;1\n0;0\n"), Error::NoFeatures { .. }));
    assert!(matches!(refused("1.5,2,0\n1,2,1\n"), Error::NoHeader { first } if first == ["1.5", "2", "0"]));
    assert!(matches!(refused("1,1\n1,0\n"), Error::NoHeader { .. }));
    assert!(matches!(refused(",a,y\n0,1,0\n1,2,1\n"), Error::UnnamedColumn { column: 1 }));
    assert!(matches!(
        refused("a,b,a,y\n1,2,3,0\n"),
        Error::DuplicateColumn { name, first: 1, second: 3 } if name == "a"
    ));
    let error = Reader::new().dataset(&b"a,\xff\n"[..]).unwrap_err();
    assert!(matches!(error, Error::NotUtf8 { line: 1, column: 2 }));
}

#[test]
fn warnings() {
    let loaded = read("a,b,y\n1,7,0\n2,7,1\n").unwrap();
    assert_eq!(loaded.warnings, [Warning::ConstantColumn { column: "b".into(), value: 7.0 }]);
    assert_eq!(
        loaded.warnings[0].to_string(),
        "column `b` is 7 in every row: a model learns nothing from it"
    );
    let loaded = read("0,1\n5,0\n6,1\n").unwrap();
    assert_eq!(loaded.warnings, [Warning::NumericHeader { names: vec!["0".into(), "1".into()] }]);
}

#[test]
fn other_delimiters() {
    let data = Reader::new().delimiter(b';').dataset("a;y\n1;0\n2;1\n".as_bytes()).unwrap().data;
    assert_eq!(data.features(), [1.0, 2.0]);
}

#[test]
fn a_file_to_predict_on_is_read_by_the_schema() {
    let schema = read("a,b,y\n1,2,no\n3,4,yes\n").unwrap().data.schema();
    let reader = Reader::new();

    let loaded = reader.table_like(&schema, "id,b,y,a\nrow 1,20,?,10\n".as_bytes()).unwrap();
    assert_eq!((loaded.data.names(), loaded.data.row(0)), (&schema.features[..], &[10.0, 20.0][..]));
    assert_eq!(loaded.warnings, [Warning::IgnoredColumns { names: vec!["id".into()] }]);

    let error = reader.table_like(&schema, "A,c\n1,2\n".as_bytes()).unwrap_err();
    assert!(matches!(&error, Error::MissingColumns { missing, .. } if *missing == ["a", "b"]));
    assert_eq!(error.to_string(), "the file lacks `a`, `b` that the model was trained on; it has `A`, `c`");
    let error = reader.table_like(&schema, "a,b,a\n1,2,3\n".as_bytes()).unwrap_err();
    assert!(matches!(error, Error::DuplicateColumn { first: 1, second: 3, .. }));
    assert!(reader.table_like(&schema, ",a,,b\n9,1,9,2\n".as_bytes()).is_ok());
    assert!(matches!(reader.table_like(&schema, "a,b\n".as_bytes()), Err(Error::NoRows)));
    let error = reader.table_like(&schema, "a,b\n1,2\n1,x\n".as_bytes()).unwrap_err();
    assert!(matches!(error, Error::NotANumber { cell, .. } if cell == at(3, "b")));
}

#[test]
fn a_schema_that_cannot_be_is_refused() {
    let mut schema = read("a,y\n1,no\n3,yes\n").unwrap().data.schema();
    schema.features.push("a".into());
    let twice = Reader::new().table_like(&schema, "a\n1\n".as_bytes());
    assert!(matches!(twice, Err(Error::DuplicateColumn { first: 1, second: 2, .. })));
    schema.features.clear();
    assert!(matches!(Reader::new().dataset_like(&schema, "y\nno\n".as_bytes()), Err(Error::NoColumns)));
}

#[test]
fn a_file_to_score_keeps_the_classes_of_the_model() {
    let schema = read("a,y\n1,no\n3,yes\n").unwrap().data.schema();
    let reader = Reader::new();
    let data = reader.dataset_like(&schema, "y,a\nno,1\nno,2\n".as_bytes()).unwrap().data;
    assert_eq!((signs(&data), data.schema()), (vec![-1.0, -1.0], schema.clone()));

    let error = reader.dataset_like(&schema, "y,a\nno,1\nperhaps,2\n".as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 3, column `y`: label `perhaps` is neither of the two that the model knows, `no` and `yes`"
    );
    let error = reader.dataset_like(&schema, "a\n1\n".as_bytes()).unwrap_err();
    assert!(matches!(error, Error::MissingColumns { missing, .. } if missing == ["y"]));
}

#[test]
fn limits_hold() {
    let text = "a,b,y\n1,2,0\n3,4,1\n5,6,0\n";
    let with = |limits| Reader::new().limits(limits).dataset(text.as_bytes());
    let limits = Limits::DEFAULT;
    assert!(matches!(with(Limits { bytes: 20, ..limits }), Err(Error::TooManyBytes { limit: 20 })));
    assert!(with(Limits { bytes: text.len() as u64, line_bytes: 5, rows: 3, columns: 3, values: 6 }).is_ok());
    assert!(matches!(with(Limits { line_bytes: 4, ..limits }), Err(Error::LongLine { line: 1, limit: 4 })));
    assert!(matches!(with(Limits { rows: 2, ..limits }), Err(Error::TooManyRows { line: 4, limit: 2 })));
    assert!(matches!(
        with(Limits { columns: 2, ..limits }),
        Err(Error::TooManyColumns { found: 3, limit: 2 })
    ));
    assert!(matches!(with(Limits { values: 5, ..limits }), Err(Error::TooManyValues { line: 4, limit: 5 })));
}

#[test]
fn a_source_that_fails_is_not_an_end_of_file() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
    }
    let error = Reader::new().dataset(std::io::Read::chain(&b"a,y\n1,0\n2,1\n"[..], Broken)).unwrap_err();
    assert!(matches!(error, Error::Read { source } if source.kind() == std::io::ErrorKind::ConnectionReset));
}

prop_compose! {
    fn any_dataset()(columns in 1usize..5, rows in 2usize..20)(
        names in prop::collection::hash_set("[a-z][a-z \",;\n]{0,6}[a-z]", columns + 1),
        features in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::ZERO, columns * rows),
        mut positive in prop::collection::vec(any::<bool>(), rows),
        classes in prop::sample::select(vec![("0", "1"), ("-1", "1"), ("a, b", "c\"d")]),
    ) -> Dataset {
        positive[0] = true;
        positive[1] = false;
        let mut names: Vec<String> = names.into_iter().collect();
        let column = names.pop().expect("one more than the features");
        let labels = positive.iter().map(|&p| if p { Label::Positive } else { Label::Negative }).collect();
        let classes = Classes { column, negative: classes.0.into(), positive: classes.1.into() };
        Dataset::new(Table::new(names, features).expect("finite"), labels, classes).expect("as many labels")
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back(data in any_dataset()) {
        let mut bytes = Vec::new();
        write(&data, &mut bytes).unwrap();
        let back = Reader::new().dataset(&bytes[..]).unwrap().data;
        prop_assert_eq!(back.names(), data.names());
        prop_assert_eq!(back.features(), data.features());
        prop_assert_eq!(back.labels(), data.labels());
        prop_assert_eq!(back.classes(), data.classes());
        let scored = Reader::new().dataset_like(&data.schema(), &bytes[..]).unwrap().data;
        prop_assert_eq!(scored, back);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), delimiter: u8) {
        let _ = Reader::new().dataset(&bytes[..]);
        let _ = Reader::new().delimiter(delimiter).dataset(&bytes[..]);
    }

    #[test]
    fn random_cells_never_panic(text in "([0-9a.,\"\r\n;é-]|nan|1e9|\n){0,80}") {
        let schema = read("a,y\n1,0\n2,1\n").unwrap().data.schema();
        for text in [text.clone(), format!("a,y\n{text}")] {
            if let Ok(loaded) = Reader::new().dataset(text.as_bytes()) {
                prop_assert!(loaded.data.features().iter().all(|value| value.is_finite()));
            }
            let _ = Reader::new().table_like(&schema, text.as_bytes());
            let _ = Reader::new().dataset_like(&schema, text.as_bytes());
        }
    }
}
