//! What a picture is coded from: its planes, all at once or those of a row of tiles at a time.

use crate::colour::{Depths, Scale, reduce};
use crate::encoder::input::alpha::{self, Mask};
use crate::encoder::input::colour;
use crate::encoder::setup::Setup;
use crate::error::EncodeError;
use crate::image::plane::Plane;
use crate::image::view::{Image, ImageSpec, ImageView, ImageViewMut};

/// Reads the rows from a number on into a view as wide as the picture.
pub(in crate::encoder) type ReadRows<'r> = dyn FnMut(u32, &mut ImageViewMut<'_>) -> Result<(), EncodeError> + 'r;

/// A picture to be coded.
pub(in crate::encoder) struct PlaneSource<'s> {
    pub(in crate::encoder) spec: ImageSpec<'s>,
    /// The samples that show, where some are hidden.
    pub(in crate::encoder) shown: Option<Mask>,
    /// Its luma at half of its resolution, at 10 bits, where sketches are made of that; taken on
    /// the first walk.
    pub(in crate::encoder) half: Option<Plane>,
    pixels: Origin<'s>,
}

/// Where its planes come from.
enum Origin<'s> {
    /// They are there, beside the pixels.
    Whole(ImageView<'s>, Vec<Plane>),
    /// They are made, time and again, of rows that are read.
    Rows(Reader<'s>),
}

/// Makes planes of rows that it reads: of a row of tiles at a time.
struct Reader<'s> {
    setup: &'s Setup,
    /// Of the picture.
    height: u32,
    read: &'s mut ReadRows<'s>,
    /// Memory for the pixels of a row of tiles.
    band: Image,
    /// Planes that are no longer needed.
    spare: Vec<Plane>,
}

impl<'s> PlaneSource<'s> {
    /// The planes of `image`, what nothing shows of them made cheap.
    pub(in crate::encoder) fn of(setup: &Setup, image: &ImageView<'s>) -> Self {
        let (simd, config) = (setup.simd(), &setup.config);
        let mut planes = colour::to_planes(simd, &setup.workers, image, config.chroma, !config.exact);
        let shown = Mask::shown(image, planes[0].width(), planes[0].height());
        if let Some(shown) = shown.as_ref().filter(|_| !config.exact) {
            alpha::clean(shown, &mut planes);
        }
        Self { spec: *image.spec(), shown, half: None, pixels: Origin::Whole(*image, planes) }
    }

    /// Those of a picture without alpha whose rows are read.
    pub(in crate::encoder) fn read(
        setup: &'s Setup,
        spec: &ImageSpec<'s>,
        read: &'s mut ReadRows<'s>,
    ) -> Result<Self, EncodeError> {
        let height = spec.height().min(1 << setup.config.tile_size.log2());
        let band = Image::with_depth(spec.width(), height, spec.format(), spec.depth())?;
        let reader = Reader { setup, height: spec.height(), read, band, spare: Vec::new() };
        Ok(Self { spec: *spec, shown: None, half: None, pixels: Origin::Rows(reader) })
    }

    /// The pixels, where they are there: those of a picture with alpha are.
    pub(in crate::encoder) fn view(&self) -> Option<&ImageView<'s>> {
        match &self.pixels {
            Origin::Whole(view, _) => Some(view),
            Origin::Rows(_) => None,
        }
    }

    /// Shows `each` the planes from the top on: all at once, or those of a row of tiles at a time,
    /// whose rows keep their numbers.
    pub(in crate::encoder) fn walk(
        &mut self,
        mut each: impl FnMut(&[Plane]) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.pixels.walk(&mut each)
    }

    /// The same with samples of 10 bits, for what only looks at them, and which of them show, where
    /// some do not.
    pub(in crate::encoder) fn glance(
        &mut self,
        mut each: impl FnMut(&[Plane], Option<&Mask>),
    ) -> Result<(), EncodeError> {
        let (extra, shown) = (Depths::new(self.spec.depth()).extra(), self.shown.as_ref());
        self.pixels.walk(&mut |planes| {
            each(&colour::reduced(planes, extra), shown);
            Ok(())
        })
    }

    /// Writes it at an eighth of its size to `out`.
    pub(in crate::encoder) fn eighth(&mut self, out: &mut ImageViewMut<'_>) -> Result<(), EncodeError> {
        match &mut self.pixels {
            Origin::Whole(view, _) => reduce(view, Scale::Eighth, out, (0, 0)),
            Origin::Rows(reader) => {
                for top in reader.tops() {
                    reduce(&reader.pixels(top)?, Scale::Eighth, out, (0, top / Scale::Eighth.factor()));
                }
            }
        }
        Ok(())
    }
}

impl Origin<'_> {
    fn walk(&mut self, each: &mut impl FnMut(&[Plane]) -> Result<(), EncodeError>) -> Result<(), EncodeError> {
        match self {
            Self::Whole(_, planes) => each(planes),
            Self::Rows(reader) => reader.walk(each),
        }
    }
}

impl Reader<'_> {
    /// The first pixel rows of the rows of tiles.
    fn tops(&self) -> impl Iterator<Item = u32> + use<> {
        (0..self.height).step_by(self.band.height() as usize)
    }

    /// Reads the pixels of the row of tiles that begins at row `top`.
    fn pixels(&mut self, top: u32) -> Result<ImageView<'_>, EncodeError> {
        let rows = self.band.height().min(self.height - top) as usize;
        (self.read)(top, &mut self.band.view_mut().first_rows(rows))?;
        Ok(self.band.view().rows(0..rows))
    }

    fn walk(&mut self, each: &mut impl FnMut(&[Plane]) -> Result<(), EncodeError>) -> Result<(), EncodeError> {
        let setup = self.setup;
        for top in self.tops() {
            let spare = std::mem::take(&mut self.spare);
            let pixels = self.pixels(top)?;
            let mut planes = colour::room(&pixels, setup.config.chroma, spare);
            colour::fill(setup.simd(), &setup.workers, &pixels, false, &mut planes);
            let width = planes[0].width();
            let number = |plane: Plane| {
                let shift = u32::from(plane.width() < width);
                plane.numbered(top as usize >> shift)
            };
            let planes: Vec<_> = planes.into_iter().map(number).collect();
            each(&planes)?;
            self.spare = planes;
        }
        Ok(())
    }
}
