//! Jobs that are closures, for those who need no job type of their own.

use crate::{Context, Job};
use std::borrow::Cow;

type Function<'a> = Box<dyn FnOnce(&mut Context<'_, Closure<'a>>) + Send + 'a>;

/// A closure with a label. Run it with [`Closure::run`].
///
/// It costs an allocation; a job type of your own costs none.
pub struct Closure<'a> {
    label: Cow<'static, str>,
    /// None when it has been run.
    function: Option<Function<'a>>,
}

impl<'a> Closure<'a> {
    /// A job that calls a closure.
    pub fn new(
        label: impl Into<Cow<'static, str>>,
        function: impl FnOnce(&mut Context<'_, Closure<'a>>) + Send + 'a,
    ) -> Self {
        Closure { label: label.into(), function: Some(Box::new(function)) }
    }

    /// Calls it: what to give to [`Pool::run`](crate::Pool::run).
    pub fn run(&mut self, context: &mut Context<'_, Closure<'a>>) {
        if let Some(function) = self.function.take() {
            function(context);
        }
    }
}

impl Job for Closure<'_> {
    fn label(&self) -> String {
        self.label.clone().into_owned()
    }
}
