//! Which modules of a crate name which, read from its sources: what the tests of the architecture
//! look at.
//!
//! A file is a module. It names another where it imports an item of it, or writes a path to one; a
//! re-export is followed to the file that has the item, and is no name by itself. What only tests
//! are built of does not count.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, File, Item, UseTree, Visibility};

use crate::sources::{files, read};

/// The names from the root of the crate to a module; none for the root itself.
pub type Name = Vec<String>;

/// What one module names of others, by module: the items.
pub type Named = BTreeMap<Name, BTreeSet<String>>;

/// The modules of a crate.
#[derive(Debug)]
pub struct Modules(BTreeMap<Name, Module>);

/// A file, as far as it names others.
#[derive(Debug, Default)]
struct Module {
    items: BTreeSet<String>,
    imports: Vec<Import>,
    /// Paths of two segments and more.
    paths: BTreeSet<Name>,
    /// What paths begin with.
    heads: BTreeSet<String>,
    /// Modules that are for tests.
    tests: BTreeSet<String>,
}

#[derive(Debug)]
struct Import {
    path: Name,
    alias: String,
    public: bool,
}

impl Modules {
    /// Of the crate whose sources lie in `folder`, from the root of the workspace.
    pub fn read(folder: &str) -> Self {
        let mut modules: BTreeMap<Name, Module> =
            files(folder).into_iter().map(|file| (name_of(&file, folder), Module::of(&file))).collect();
        let tests: Vec<Name> = modules
            .iter()
            .flat_map(|(name, module)| module.tests.iter().map(move |test| joined(name, std::slice::from_ref(test))))
            .collect();
        modules.retain(|name, _| !tests.iter().any(|test| name.starts_with(test)));
        Self(modules)
    }

    /// For each module what it names.
    pub fn names(&self) -> BTreeMap<Name, Named> {
        self.0.iter().map(|(name, module)| (name.clone(), self.named(name, module))).collect()
    }

    /// The shortest way from each module through those that it names back to itself, each circle
    /// once.
    pub fn circles(&self) -> Vec<Vec<Name>> {
        let names = self.names();
        let mut seen = BTreeSet::new();
        let ways = names.keys().filter_map(|start| way_back(&names, start));
        ways.filter(|way| seen.insert(way.iter().cloned().collect::<BTreeSet<_>>())).collect()
    }

    fn named(&self, name: &Name, module: &Module) -> Named {
        let used = |import: &&Import| !import.public || module.heads.contains(&import.alias);
        let imported = module.imports.iter().filter(used).map(|import| &import.path);
        let mut named = Named::new();
        for path in imported.chain(&module.paths) {
            let Some(target) = self.absolute(name, path).and_then(|path| self.target(path, 0)) else { continue };
            if target != *name {
                named.entry(target).or_default().extend(path.last().cloned());
            }
        }
        named
    }

    /// `path`, written in the module `name`, from the root of the crate; `None` where it leads out
    /// of it.
    fn absolute(&self, name: &Name, path: &[String]) -> Option<Name> {
        let (head, rest) = path.split_first()?;
        match head.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some(joined(name, rest)),
            "super" => {
                let ups = path.iter().take_while(|segment| *segment == "super").count();
                Some(joined(&name[..name.len().checked_sub(ups)?], &path[ups..]))
            }
            _ if self.0.contains_key(&joined(name, std::slice::from_ref(head))) => Some(joined(name, path)),
            _ => {
                // Other crates are imported by the name that they have.
                let leads_on = |import: &&Import| import.alias == *head && import.path.first() != Some(head);
                let import = self.0[name].imports.iter().find(leads_on)?;
                Some(joined(&self.absolute(name, &import.path)?, rest))
            }
        }
    }

    /// The module that has what `path` leads to.
    fn target(&self, path: Name, depth: usize) -> Option<Name> {
        let length = (0..=path.len()).rev().find(|&length| self.0.contains_key(&path[..length]))?;
        let (name, rest) = (path[..length].to_vec(), &path[length..]);
        let module = &self.0[&name];
        let reexport = rest.first().filter(|item| !module.items.contains(*item) && depth < 8).and_then(|item| {
            let import = module.imports.iter().find(|import| import.alias == *item)?;
            self.target(self.absolute(&name, &import.path)?, depth + 1)
        });
        reexport.or(Some(name))
    }
}

/// The shortest way from `start` back to it.
fn way_back(names: &BTreeMap<Name, Named>, start: &Name) -> Option<Vec<Name>> {
    let mut before: BTreeMap<&Name, &Name> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for next in names.get(at)?.keys() {
            if next == start {
                let mut way = vec![start.clone()];
                let mut at = at;
                while at != start {
                    way.insert(1, at.clone());
                    at = before[at];
                }
                return Some(way);
            }
            if !before.contains_key(next) {
                before.insert(next, at);
                queue.push_back(next);
            }
        }
    }
    None
}

fn joined(front: &[String], back: &[String]) -> Name {
    front.iter().chain(back).cloned().collect()
}

/// The name of the module that `file` is in the crate of `folder`.
fn name_of(file: &Path, folder: &str) -> Name {
    let inside = file.strip_prefix(folder).expect("a file of the folder").with_extension("");
    let mut name: Name = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if matches!(name.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        name.pop();
    }
    name
}

impl Module {
    fn of(file: &Path) -> Self {
        let parsed: File = syn::parse_file(&read(file)).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let mut module = Self::default();
        module.visit_file(&parsed);
        module
    }

    /// Notes the imports of a tree of them that begins with `path`.
    fn import(&mut self, tree: &UseTree, mut path: Name, public: bool) {
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.import(&part.tree, path, public);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, path.clone(), public)),
            UseTree::Name(name) if name.ident == "self" => {
                let alias = path.last().cloned().unwrap_or_default();
                self.imports.push(Import { path, alias, public });
            }
            UseTree::Name(name) => {
                path.push(name.ident.to_string());
                self.imports.push(Import { path, alias: name.ident.to_string(), public });
            }
            UseTree::Rename(rename) => {
                path.push(rename.ident.to_string());
                self.imports.push(Import { path, alias: rename.rename.to_string(), public });
            }
            UseTree::Glob(_) => self.imports.push(Import { path, alias: String::from("*"), public }),
        }
    }

    fn path(&mut self, segments: Name) {
        self.heads.extend(segments.first().cloned());
        if segments.len() > 1 {
            self.paths.insert(segments);
        }
    }

    /// Notes the paths in what a macro is given.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path = Name::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.path(std::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.path(std::mem::take(&mut path));
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.path(path);
    }
}

/// Whether what has these attributes is built for tests only.
pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default();
        attribute.path().is_ident("cfg") && (condition == "test" || condition.starts_with("all (test"))
            || attribute.path().is_ident("test")
    })
}

/// The attributes of an item.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(i) => &i.attrs,
        Item::Enum(i) => &i.attrs,
        Item::Fn(i) => &i.attrs,
        Item::Impl(i) => &i.attrs,
        Item::Macro(i) => &i.attrs,
        Item::Mod(i) => &i.attrs,
        Item::Static(i) => &i.attrs,
        Item::Struct(i) => &i.attrs,
        Item::Trait(i) => &i.attrs,
        Item::Type(i) => &i.attrs,
        Item::Use(i) => &i.attrs,
        _ => &[],
    }
}

/// The name by which others import an item.
fn name_of_item(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(i) => &i.ident,
        Item::Enum(i) => &i.ident,
        Item::Fn(i) => &i.sig.ident,
        Item::Macro(i) => i.ident.as_ref()?,
        Item::Static(i) => &i.ident,
        Item::Struct(i) => &i.ident,
        Item::Trait(i) => &i.ident,
        Item::Type(i) => &i.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

impl Visit<'_> for Module {
    fn visit_item(&mut self, item: &Item) {
        if is_for_tests(attributes(item)) {
            if let Item::Mod(module) = item {
                self.tests.insert(module.ident.to_string());
            }
            return;
        }
        self.items.extend(name_of_item(item));
        if let Item::Use(import) = item {
            let public = !matches!(import.vis, Visibility::Inherited);
            self.import(&import.tree, Name::new(), public);
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &syn::ImplItem) {
        if !matches!(item, syn::ImplItem::Fn(f) if is_for_tests(&f.attrs)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &syn::Path) {
        self.path(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &syn::Macro) {
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, _: &Attribute) {}

    fn visit_visibility(&mut self, _: &Visibility) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(path: &str) -> Name {
        path.split('/').filter(|part| !part.is_empty()).map(String::from).collect()
    }

    fn modules(sources: &[(&str, &str)]) -> Modules {
        let module = |source| {
            let mut module = Module::default();
            module.visit_file(&syn::parse_file(source).expect("Rust"));
            module
        };
        Modules(sources.iter().map(|&(path, source)| (name(path), module(source))).collect())
    }

    #[test]
    fn imports_and_paths_lead_to_the_file_that_has_the_item() {
        let modules = modules(&[
            ("", "mod a; mod b; pub use crate::b::Third;"),
            (
                "a",
                "use super::b::{First, deep}; use crate::b::Second as Other; fn f() -> Third { deep::g(x!(Other::Y)) }",
            ),
            ("b", "pub mod deep; pub(crate) use self::deep::First; struct Second; struct Third;"),
            ("b/deep", "pub struct First; fn g() { use crate::Third; }"),
        ]);
        let named = |path: &str| modules.names()[&name(path)].keys().map(|name| name.join("/")).collect::<Vec<_>>();
        assert_eq!(
            [named(""), named("a"), named("b"), named("b/deep")],
            [vec![], vec!["b", "b/deep"], vec![], vec!["b"]]
        );
    }

    #[test]
    fn circles_are_found_and_what_only_tests_name_is_none() {
        let there = ("a", "use crate::b::B; struct A;");
        let back = modules(&[("", ""), there, ("b", "struct B; fn f() { crate::c::g() }"), ("c", "use super::a::A;")]);
        assert_eq!(back.circles(), [["a", "b", "c"].map(name)]);
        let in_tests = modules(&[("", ""), there, ("b", "struct B; #[cfg(test)] mod tests { use crate::a::A; }")]);
        assert_eq!(in_tests.circles(), Vec::<Vec<Name>>::new());
    }
}
