//! The definitions that the venue validates with, as a data dictionary in QuickFIX's XML format. Says nothing that
//! they do not say: the values of a field have no descriptions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use fix_codec::MsgType;
use fix_codec::dictionary::{
    ComponentDefinition, DataType, FieldDefinition, HEADER, Member, MessageDefinition, TRAILER,
    Values, field, messages,
};

/// Why writing cannot fail.
const STRING: &str = "a String takes everything";

/// The whole dictionary.
pub(super) fn dictionary() -> String {
    let mut used = Used::default();
    used.members(HEADER.members);
    used.members(TRAILER.members);
    for message in messages::ALL {
        used.members(message.body.members);
    }
    let mut xml = Xml::default();
    xml.open("fix type='FIX' major='4' minor='4' servicepack='0'");
    xml.section("header", |xml| xml.members(HEADER.members));
    xml.section("messages", |xml| {
        messages::ALL
            .iter()
            .for_each(|message| xml.message(message));
    });
    xml.section("trailer", |xml| xml.members(TRAILER.members));
    xml.section("components", |xml| {
        for component in used.components.values() {
            let name = component.name;
            xml.nested(&format!("component name='{name}'"), |xml| {
                xml.members(component.members);
            });
        }
    });
    xml.section("fields", |xml| {
        used.tags.iter().for_each(|tag| xml.field(definition(*tag)));
    });
    xml.close("fix");
    xml.text
}

/// What messages, header and trailer refer to.
#[derive(Default)]
struct Used {
    tags: BTreeSet<u32>,
    components: BTreeMap<&'static str, &'static ComponentDefinition>,
}

impl Used {
    fn members(&mut self, members: &'static [Member]) {
        for member in members {
            match member {
                Member::Field { tag, .. } => {
                    self.tags.insert(*tag);
                }
                Member::Group { group, .. } => {
                    self.tags.insert(group.count_tag);
                    self.members(group.members);
                }
                Member::Component { component, .. } => {
                    self.components.insert(component.name, component);
                    self.members(component.members);
                }
            }
        }
    }
}

/// Text with elements, indented.
#[derive(Default)]
struct Xml {
    text: String,
    depth: usize,
}

impl Xml {
    fn line(&mut self, line: &str) {
        writeln!(self.text, "{:indent$}{line}", "", indent = self.depth).expect(STRING);
    }

    fn open(&mut self, element: &str) {
        self.line(&format!("<{element}>"));
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.line(&format!("</{name}>"));
    }

    /// An element without attributes.
    fn section(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.nested(name, content);
    }

    /// `element` is a name and attributes.
    fn nested(&mut self, element: &str, content: impl FnOnce(&mut Self)) {
        self.open(element);
        content(self);
        let name = element.split(' ').next().unwrap_or_default();
        self.close(name);
    }

    fn message(&mut self, message: &'static MessageDefinition) {
        let category = category(message.msg_type);
        let element = format!(
            "message name='{}' msgtype='{}' msgcat='{category}'",
            message.name,
            message.msg_type.as_str(),
        );
        self.nested(&element, |xml| xml.members(message.body.members));
    }

    fn members(&mut self, members: &'static [Member]) {
        for member in members {
            match member {
                Member::Field { tag, required } => {
                    self.line(&format!("<field {}/>", reference(name(*tag), *required)));
                }
                Member::Component {
                    component,
                    required,
                } => {
                    let reference = reference(component.name, *required);
                    self.line(&format!("<component {reference}/>"));
                }
                Member::Group { group, required } => {
                    let reference = reference(name(group.count_tag), *required);
                    self.nested(&format!("group {reference}"), |xml| {
                        xml.members(group.members);
                    });
                }
            }
        }
    }

    fn field(&mut self, field: &FieldDefinition) {
        let FieldDefinition { tag, name, .. } = field;
        let data_type = data_type(field.data_type);
        let element = format!("field number='{tag}' name='{name}' type='{data_type}'");
        let values = values(field.values);
        if values.is_empty() {
            return self.line(&format!("<{element}/>"));
        }
        self.nested(&element, |xml| {
            for value in values {
                xml.line(&format!("<value enum='{value}'/>"));
            }
        });
    }
}

fn reference(name: &str, required: bool) -> String {
    let required = if required { 'Y' } else { 'N' };
    format!("name='{name}' required='{required}'")
}

fn definition(tag: u32) -> &'static FieldDefinition {
    field(tag).expect("every member of a message is a defined field")
}

fn name(tag: u32) -> &'static str {
    definition(tag).name
}

fn category(msg_type: MsgType) -> &'static str {
    if msg_type.is_session() {
        "admin"
    } else {
        "app"
    }
}

/// Each value that is allowed; none when any is.
fn values(values: Values) -> Vec<String> {
    match values {
        Values::Any => Vec::new(),
        Values::Chars(mask) => (b'!'..=b'~')
            .filter(|char| mask >> char & 1 == 1)
            .map(|char| char::from(char).to_string())
            .collect(),
        Values::Numbers { first, last, other } => (first..=last)
            .chain((other != last).then_some(other))
            .map(|number| number.to_string())
            .collect(),
        Values::Words(words) => words.iter().map(|&word| word.to_owned()).collect(),
    }
}

/// The name of a data type as QuickFIX spells it.
fn data_type(data_type: DataType) -> &'static str {
    match data_type {
        DataType::Amt => "AMT",
        DataType::Boolean => "BOOLEAN",
        DataType::Char => "CHAR",
        DataType::Country => "COUNTRY",
        DataType::Currency => "CURRENCY",
        DataType::Data => "DATA",
        DataType::Exchange => "EXCHANGE",
        DataType::Float => "FLOAT",
        DataType::Int => "INT",
        DataType::Length => "LENGTH",
        DataType::LocalMktDate => "LOCALMKTDATE",
        DataType::MonthYear => "MONTHYEAR",
        DataType::MultipleValueString => "MULTIPLEVALUESTRING",
        DataType::NumInGroup => "NUMINGROUP",
        DataType::Percentage => "PERCENTAGE",
        DataType::Price => "PRICE",
        DataType::PriceOffset => "PRICEOFFSET",
        DataType::Qty => "QTY",
        DataType::SeqNum => "SEQNUM",
        DataType::String => "STRING",
        DataType::UtcDateOnly => "UTCDATEONLY",
        DataType::UtcTimeOnly => "UTCTIMEONLY",
        DataType::UtcTimestamp => "UTCTIMESTAMP",
    }
}

#[cfg(test)]
mod tests;
