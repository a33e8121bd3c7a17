//! What a member's engine reads in the dictionary is what the venue validates with, and all of it.

use std::collections::BTreeSet;

use fix_codec::dictionary::messages;

use super::{data_type, definition, dictionary, values};

#[test]
fn it_says_of_every_member_what_it_is() {
    let xml = dictionary();
    for line in [
        "<fix type='FIX' major='4' minor='4' servicepack='0'>",
        "  <field name='BeginString' required='Y'/>",
        "  <message name='Logon' msgtype='A' msgcat='admin'>",
        "  <message name='NewOrderSingle' msgtype='D' msgcat='app'>",
        "   <component name='Instrument' required='Y'/>",
        "   <group name='NoPartyIDs' required='N'>",
        "    <group name='NoPartySubIDs' required='N'>",
        "   <field name='InstanceIDs' required='N'/>",
        "  <component name='Instrument'>",
        "  <field number='54' name='Side' type='CHAR'>",
        "   <value enum='1'/>",
        "  <field number='20001' name='InstanceIDs' type='MULTIPLEVALUESTRING'/>",
        "  <field number='20004' name='ReassignmentStatus' type='INT'>",
        "   <value enum='6'/>",
        "</fix>",
    ] {
        assert!(xml.lines().any(|have| have == line), "no line {line:?}");
    }
}

/// The values of this attribute in the elements that start like this.
fn attributes<'x>(xml: &'x str, element: &str, name: &str) -> BTreeSet<&'x str> {
    let lines = xml.lines().map(str::trim_start);
    let lines = lines.filter(|line| line.starts_with(element));
    let mark = format!(" {name}='");
    lines
        .filter_map(|line| line.split_once(&mark)?.1.split_once('\''))
        .map(|(value, _)| value)
        .collect()
}

#[test]
fn every_message_is_in_it() {
    let xml = dictionary();
    let expected: BTreeSet<&str> = messages::ALL
        .iter()
        .map(|message| message.msg_type.as_str())
        .collect();
    assert_eq!(attributes(&xml, "<message", "msgtype"), expected);
}

#[test]
fn what_is_referred_to_is_defined_and_the_other_way_round() {
    let xml = dictionary();
    let mut fields = attributes(&xml, "<field name=", "name");
    fields.extend(attributes(&xml, "<group", "name"));
    assert_eq!(attributes(&xml, "<field number=", "name"), fields);
    let (components, others) = xml
        .split_once("<components>")
        .and_then(|(before, rest)| Some((rest.split_once("</components>")?.0, before)))
        .expect("there are components");
    let defined: BTreeSet<&str> = components
        .lines()
        .filter_map(|line| line.strip_prefix("  <component name='"))
        .filter_map(|rest| rest.strip_suffix("'>"))
        .collect();
    let used = attributes(others, "<component", "name");
    assert!(used.is_subset(&defined), "{used:?} {defined:?}");
}

#[test]
fn every_field_has_its_type_and_its_values() {
    let xml = dictionary();
    let numbers = attributes(&xml, "<field number=", "number");
    assert!(numbers.len() > 400, "only {} fields", numbers.len());
    for number in numbers {
        let definition = definition(number.parse().expect("a number"));
        let start = format!("  <field number='{number}' name='{}'", definition.name);
        let type_name = format!("{start} type='{}'", data_type(definition.data_type));
        let (_, rest) = xml.split_once(&type_name).expect(&type_name);
        let element = rest
            .split_once("<field")
            .map_or(rest, |(element, _)| element);
        let listed: Vec<&str> = element.split("enum='").skip(1).collect();
        let listed: Vec<&str> = listed
            .iter()
            .filter_map(|value| Some(value.split_once('\'')?.0))
            .collect();
        assert_eq!(listed, values(definition.values), "{}", definition.name);
    }
    for value in ["CS", "FUT", "NONE", "?"] {
        let line = format!("   <value enum='{value}'/>");
        assert!(xml.lines().any(|have| have == line), "{value}");
    }
}

#[test]
fn the_fields_of_the_venue_are_where_the_rules_say() {
    let xml = dictionary();
    for (message, fields) in [
        (
            "Logon",
            &[
                "NextExpectedMsgSeqNum",
                "NewPassword",
                "CancelOrdersOnDisconnect",
            ][..],
        ),
        ("NewOrderSingle", &["InstanceIDs", "ImageID"]),
        ("ExecutionReport", &["InstanceIDs", "ImageID"]),
        (
            "Confirmation",
            &["InstanceIDs", "ReassignmentID", "ReassignmentStatus"],
        ),
    ] {
        let start = format!("<message name='{message}' ");
        let (_, rest) = xml.split_once(&start).expect(message);
        let (body, _) = rest.split_once("</message>").expect(message);
        for field in fields {
            let line = format!("   <field name='{field}' required='N'/>");
            assert!(body.contains(&line), "no {field} in {message}");
        }
    }
}

#[test]
fn nothing_in_it_needs_escaping() {
    let xml = dictionary();
    let values = xml.split('\'').skip(1).step_by(2);
    for value in values {
        assert!(!value.contains(['<', '>', '&']), "{value:?}");
    }
}
