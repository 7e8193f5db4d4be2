//! XML as it is written: elements open and close in order, and the library escapes what goes into them.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::io::{self, Write};

/// One part of the package, being written.
pub(super) struct Xml<W: Write>(Writer<W>);

/// Name and value of an attribute.
pub(super) type Attribute<'a> = (&'a str, &'a str);

impl<W: Write> Xml<W> {
    /// Begins a part.
    pub(super) fn new(to: W) -> io::Result<Xml<W>> {
        let mut writer = Writer::new(to);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), Some("yes"))))?;
        Ok(Xml(writer))
    }

    /// Opens an element.
    pub(super) fn open(&mut self, name: &str, attributes: &[Attribute<'_>]) -> io::Result<()> {
        self.0.write_event(Event::Start(BytesStart::new(name).with_attributes(attributes.iter().copied())))
    }

    /// Closes it.
    pub(super) fn close(&mut self, name: &str) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    /// An element without content.
    pub(super) fn leaf(&mut self, name: &str, attributes: &[Attribute<'_>]) -> io::Result<()> {
        self.0.write_event(Event::Empty(BytesStart::new(name).with_attributes(attributes.iter().copied())))
    }

    /// An element whose one attribute is `w:val`.
    pub(super) fn val(&mut self, name: &str, value: &str) -> io::Result<()> {
        self.leaf(name, &[("w:val", value)])
    }

    /// The same with a number.
    pub(super) fn num(&mut self, name: &str, value: i64) -> io::Result<()> {
        self.val(name, &value.to_string())
    }

    /// Text, which must be clean.
    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        self.0.write_event(Event::Text(BytesText::new(text)))
    }

    /// An element with nothing but text.
    pub(super) fn element(&mut self, name: &str, attributes: &[Attribute<'_>], text: &str) -> io::Result<()> {
        self.open(name, attributes)?;
        self.text(text)?;
        self.close(name)
    }
}
