//! No text makes the reader panic, and every mistake has a place in the text and a remedy.

use config::examples;
use proptest::prelude::*;

fn check(text: &str) {
    let Err(mistakes) = config::parse(text, "f") else {
        return;
    };
    assert!(!mistakes.as_slice().is_empty());
    let lines = text.split('\n').count();
    for mistake in &mistakes {
        assert!(
            (1..=lines).contains(&mistake.line),
            "{mistake:?} of {lines} lines"
        );
        assert!(mistake.column >= 1, "{mistake:?}");
        assert!(
            !mistake.what.is_empty() && !mistake.remedy.is_empty(),
            "{mistake:?}"
        );
    }
}

fn sample() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![examples::VENUE, examples::DEMO, examples::CONFORMANCE])
}

/// A change of a text: a range of it, as shares of 10,000, and what takes its place.
fn edit() -> impl Strategy<Value = (usize, usize, String)> {
    let piece = prop_oneof![
        Just(String::new()),
        prop::sample::select(vec![
            "\"",
            "'''",
            "[",
            "]]",
            "{",
            "=",
            "\n",
            "\0",
            "= 5",
            "true",
            "\u{feff}",
            "é",
            "[[firms]]",
            "99999999999999999999",
            "0x",
            "\"all\"",
            "1979-05-27T07:32:00Z",
            "\"\\uD800\"",
            "-",
            "nan",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,12}",
    ];
    (0..10_000_usize, 0..400_usize, piece)
}

fn apply(text: &str, (from, length, piece): &(usize, usize, String)) -> String {
    let letters: Vec<char> = text.chars().collect();
    let from = letters.len() * from / 10_000;
    let to = letters.len().min(from + length);
    let head = letters.iter().take(from);
    head.copied()
        .chain(piece.chars())
        .chain(letters.iter().skip(to).copied())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_toml_like_text(text in "[\\[\\]{}=\"'#,.\\\\a-z0-9_ \n-]{0,300}") {
        check(&text);
    }

    #[test]
    fn edited_samples(text in sample(), edits in prop::collection::vec(edit(), 1..6)) {
        check(&edits.iter().fold(text.to_owned(), |text, edit| apply(&text, edit)));
    }

    #[test]
    fn shuffled_lines(text in sample(), swaps in prop::collection::vec((0..200_usize, 0..200_usize), 1..20)) {
        let mut lines: Vec<&str> = text.lines().collect();
        for (one, other) in swaps {
            let count = lines.len();
            lines.swap(one % count, other % count);
        }
        check(&lines.join("\n"));
    }
}
