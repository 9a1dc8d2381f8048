//! What run-time code has that it may not have everywhere: `unsafe`, floating point.

use std::path::Path;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, Lit};

use crate::modules::{attributes, is_for_tests};
use crate::sources::read;

/// Lines of a file, from 1, that have each of these outside of tests.
#[derive(Debug, Default)]
pub struct Found {
    /// A block, a function, an implementation or a trait that is `unsafe`.
    pub unsafe_code: Vec<usize>,
    /// A literal with a fraction, an exponent or the suffix of a float.
    pub float_literals: Vec<usize>,
    /// A lint of this file is switched off: the lines with its name.
    pub allowed: Vec<(usize, String)>,
}

impl Found {
    /// In the file `file`, from the root of the workspace.
    pub fn in_file(file: &Path) -> Self {
        Self::in_text(&read(file)).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
    }

    fn in_text(source: &str) -> syn::Result<Self> {
        let mut found = Self::default();
        found.visit_file(&syn::parse_file(source)?);
        Ok(found)
    }

    /// What a macro is given is no tree yet, but tokens.
    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if ident == "unsafe" => self.unsafe_code.push(line(ident.span())),
                TokenTree::Literal(literal) => self.visit_lit(&Lit::new(literal)),
                TokenTree::Group(group) => self.tokens(group.stream()),
                _ => {}
            }
        }
    }

    fn note_unsafe(&mut self, keyword: Option<impl Spanned>) {
        self.unsafe_code.extend(keyword.map(|keyword| line(keyword.span())));
    }
}

fn line(span: Span) -> usize {
    span.start().line
}

impl Visit<'_> for Found {
    fn visit_item(&mut self, item: &Item) {
        if is_for_tests(attributes(item)) {
            return;
        }
        match item {
            Item::Impl(i) => self.note_unsafe(i.unsafety),
            Item::Trait(i) => self.note_unsafe(i.unsafety),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &ImplItem) {
        if !matches!(item, ImplItem::Fn(f) if is_for_tests(&f.attrs)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_signature(&mut self, signature: &syn::Signature) {
        self.note_unsafe(signature.unsafety);
        visit::visit_signature(self, signature);
    }

    fn visit_expr_unsafe(&mut self, block: &syn::ExprUnsafe) {
        self.unsafe_code.push(line(block.unsafe_token.span));
        visit::visit_expr_unsafe(self, block);
    }

    fn visit_lit(&mut self, literal: &Lit) {
        let is_float = match literal {
            Lit::Float(_) => true,
            Lit::Int(number) => number.suffix().starts_with('f'),
            _ => false,
        };
        self.float_literals.extend(is_float.then(|| line(literal.span())));
    }

    fn visit_macro(&mut self, call: &syn::Macro) {
        self.tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &Attribute) {
        if (attribute.path().is_ident("allow") || attribute.path().is_ident("expect"))
            && let Ok(list) = attribute.meta.require_list()
        {
            let at = line(attribute.pound_token.span);
            let lints = list.tokens.to_string().replace(' ', "");
            self.allowed.extend(lints.split(',').map(|lint| (at, String::from(lint))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_outside_of_tests_and_within_macros() {
        let source = "#![allow(clippy::x, unsafe_code)]\nunsafe fn f() {}\nunsafe impl A for B {}\n\
                      fn g() { unsafe { h() } x!(unsafe { 1.5 }); 2e3; 3f32 }\n#[expect(y)]\nconst C: u8 = b'.';\n\
                      #[cfg(test)]\nmod tests { unsafe fn f() -> f64 { 1.0 } }";
        let Found { unsafe_code, float_literals, allowed } = Found::in_text(source).expect("Rust");
        assert_eq!((unsafe_code, float_literals), (vec![2, 3, 4, 4], vec![4, 4, 4]));
        let allowed: Vec<_> = allowed.iter().map(|(line, lint)| (*line, lint.as_str())).collect();
        assert_eq!(allowed, [(1, "clippy::x"), (1, "unsafe_code"), (5, "y")]);
    }
}
