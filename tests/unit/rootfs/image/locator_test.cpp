#include "rootfs/image/locator.hpp"

#include "rootfs/image/locator_builder.hpp"
#include "tests/unit/rootfs/image/sample.hpp"

namespace farboot::rootfs
{
namespace
{

/// A locator for small_manifest(): all chunks in two packs.
class LocatorTest : public testing::Test
{
protected:
    void SetUp() override
    {
        const auto built = small_manifest(builder_);
        root_ = ManifestRoot::parse(as_bytes(built.file.substr(0, built.ref.root_bytes)), built.ref);
        ASSERT_TRUE(root_);
        for (std::uint32_t number = 0; number < 3; ++number) {
            const auto range = root_->page_range(number);
            pages_.push_back(*root_->parse_page(as_bytes(built.file.substr(range.offset, range.length)), number));
        }
        LocatorBuilder builder(4);
        for (std::size_t i = 0; i < builder_.chunks().size(); ++i) {
            if (builder_.chunks()[i].is_zero())
                builder.add_zero();
            else
                builder.add(packs_[i % 2], 8 + i * 5000, 5000);
        }
        file_ = *builder.finish();
        builder.set_hot(hot_);
        with_hot_ = *builder.finish();
    }

    Result<LocatorHeader> header(const std::string& file)
    {
        return LocatorHeader::parse(as_bytes(file.substr(0, LocatorHeader::bytes)), *root_);
    }
    Result<Locator> locator(const std::string& file)
    {
        const auto parsed = header(file);
        if (!parsed)
            return std::unexpected(parsed.error());
        const auto range = parsed->tables_range();
        return Locator::parse(*parsed, as_bytes(file.substr(range.offset, range.length)), *root_);
    }
    Result<std::vector<ChunkPlace>> page(const std::string& file, std::uint32_t number)
    {
        const auto parsed = locator(file);
        if (!parsed)
            return std::unexpected(parsed.error());
        const auto range = parsed->page_range(number);
        return parsed->parse_page(as_bytes(file.substr(range.offset, range.length)), pages_[number]);
    }
    /// Puts an entry into the first page and makes the page's check fit.
    std::string with_place(std::size_t entry, ChunkPlace place, std::uint32_t number = 0)
    {
        auto file = file_;
        const auto entries = 80 + 2 * 40 + 3 * 8;
        overwrite(file, entries + entry * 16, place.pack);
        overwrite(file, entries + entry * 16 + 4, place.stored_length);
        overwrite(file, entries + entry * 16 + 8, place.offset);
        const auto check = sha256(as_bytes(file.substr(entries + number * 64, 64)));
        std::memcpy(file.data() + 80 + 2 * 40 + number * 8, check.bytes.data(), 8);
        return file;
    }

    ManifestBuilder builder_{4};
    Result<ManifestRoot> root_ = fail("", "");
    std::vector<ManifestPage> pages_;
    std::vector<PackRef> packs_{{sha256(as_bytes("a")), 100'000}, {sha256(as_bytes("b")), 60'000}};
    HotList hot_{{sha256(as_bytes("hot")), 8 + 5'000 + 144},
                 {{sha256(as_bytes("1")), 5'000, 10'001}, {sha256(as_bytes("a page")), 144, 144}}};
    std::string file_;
    std::string with_hot_;
};

TEST_F(LocatorTest, ReadsBackWhatWasBuilt)
{
    const auto parsed = locator(file_);
    ASSERT_TRUE(parsed) << parsed.error().sentence;
    EXPECT_EQ(parsed->packs(), packs_);
    EXPECT_EQ(file_.size(), 80U + 2 * 40 + 3 * 8 + 10 * 16);
    for (std::uint32_t number = 0; number < 3; ++number) {
        const auto places = page(file_, number);
        ASSERT_TRUE(places) << places.error().sentence;
        for (std::size_t i = 0; i < places->size(); ++i) {
            const std::size_t chunk = number * 4 + i;
            if (chunk == 5)
                EXPECT_EQ((*places)[i], ChunkPlace{});
            else
                EXPECT_EQ((*places)[i], (ChunkPlace{static_cast<std::uint32_t>(chunk % 2), 5000, 8 + chunk * 5000}));
        }
    }
}

TEST_F(LocatorTest, NamesPacksByTheirDigest)
{
    EXPECT_EQ(pack_path(sha256(as_bytes("abc"))),
              "v1/packs/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(LocatorTest, RefusesAHeaderThatDoesNotFitTheManifest)
{
    const auto changed = [&](std::size_t offset, auto value) {
        auto file = file_;
        overwrite(file, offset, value);
        return reason(header(file));
    };
    EXPECT_EQ(changed(0, 'X'), "locator-malformed");
    EXPECT_EQ(changed(8, std::uint32_t{1}), "version-unknown");
    EXPECT_EQ(changed(12, std::uint32_t{5}), "locator-malformed");
    EXPECT_EQ(changed(16, std::uint64_t{11}), "locator-malformed");
    EXPECT_EQ(changed(16, ~std::uint64_t{0}), "locator-malformed");
    EXPECT_EQ(changed(24, std::uint32_t{4}), "locator-malformed");
    EXPECT_EQ(changed(28, std::uint32_t{11}), "locator-malformed") << "more packs than chunks";
    EXPECT_EQ(changed(28, std::uint32_t{0xffffffff}), "locator-malformed");
    EXPECT_EQ(changed(32, std::uint32_t{65'537}), "locator-malformed") << "too many hot chunks";
    EXPECT_EQ(changed(32, std::uint32_t{0xffffffff}), "locator-malformed");
    EXPECT_EQ(changed(72, std::uint64_t{8}), "locator-malformed") << "a hot pack without chunks";
    EXPECT_EQ(reason(LocatorHeader::parse(as_bytes(file_.substr(0, 79)), *root_)), "locator-malformed");
}

TEST_F(LocatorTest, HasAListOfHotChunks)
{
    const auto parsed = locator(with_hot_);
    ASSERT_TRUE(parsed) << parsed.error().sentence;
    EXPECT_EQ(parsed->hot(), hot_);
    EXPECT_EQ(parsed->packs(), packs_) << "the hot pack is none of them";
    const auto places = page(with_hot_, 2);
    ASSERT_TRUE(places) << places.error().sentence;
    EXPECT_EQ(*places, *page(file_, 2)) << "the pages are what they are without it";
    EXPECT_EQ(locator(file_)->hot(), HotList{});
}

TEST_F(LocatorTest, SaysWhetherTheListWasGuessed)
{
    EXPECT_FALSE(locator(with_hot_)->hot().guessed);
    auto flagged = with_hot_;
    overwrite(flagged, 36, locator_guessed);
    auto guessed = hot_;
    guessed.guessed = true;
    EXPECT_EQ(locator(flagged)->hot(), guessed);
    overwrite(flagged, 36, ~locator_guessed);
    EXPECT_EQ(locator(flagged)->hot(), hot_) << "a later version's flags";
}

TEST_F(LocatorTest, RefusesAHotListThatCannotBe)
{
    const auto first_row = 80 + 2 * 40 + 3 * 8;
    const auto changed = [&](std::size_t offset, auto value) {
        auto file = with_hot_;
        overwrite(file, offset, value);
        return reason(locator(file));
    };
    EXPECT_EQ(changed(72, std::uint64_t{8 + 5'000 + 143}), "locator-malformed") << "does not fill its pack";
    EXPECT_EQ(changed(first_row + 32, std::uint32_t{0}), "locator-malformed") << "nothing stored";
    EXPECT_EQ(changed(first_row + 32, std::uint32_t{10'002}), "locator-malformed") << "longer than the chunk";
    EXPECT_EQ(changed(first_row + 36, std::uint32_t{256 * 1024 + 1}), "locator-malformed") << "too long a chunk";
    EXPECT_EQ(changed(first_row + 32, std::uint32_t{5'000}), "no error");
}

TEST_F(LocatorTest, RefusesTruncatedTables)
{
    const auto parsed = header(file_);
    EXPECT_EQ(reason(Locator::parse(*parsed, as_bytes(file_.substr(80, 100)), *root_)), "locator-malformed");
    EXPECT_EQ(reason(Locator::parse(*parsed, {}, *root_)), "locator-malformed");
}

TEST_F(LocatorTest, TellsARewrittenPageFromAWrongOne)
{
    auto altered = file_;
    altered.back() = static_cast<char>(altered.back() ^ 1);
    EXPECT_EQ(reason(page(altered, 2)), "locator-changed");
    const auto parsed = *locator(file_);
    EXPECT_EQ(reason(parsed.parse_page({}, pages_[0])), "locator-malformed");
    EXPECT_EQ(reason(parsed.parse_page(as_bytes(file_.substr(parsed.page_range(0).offset, 48)), pages_[0])),
              "locator-malformed");
}

TEST_F(LocatorTest, RefusesPlacesThatCannotBe)
{
    EXPECT_EQ(reason(page(with_place(0, {0, 5000, 8}), 0)), "no error");
    EXPECT_EQ(reason(page(with_place(0, {2, 5000, 8}), 0)), "locator-malformed") << "no such pack";
    EXPECT_EQ(reason(page(with_place(0, {0, 0, 8}), 0)), "locator-malformed") << "nothing stored";
    EXPECT_EQ(reason(page(with_place(0, {0, 10'001, 60'000}), 0)), "locator-malformed") << "longer than the chunk";
    EXPECT_EQ(reason(page(with_place(0, {0, 5000, 95'001}), 0)), "locator-malformed") << "goes beyond the pack";
    EXPECT_EQ(reason(page(with_place(0, {0, 5000, 95'000}), 0)), "no error");
    EXPECT_EQ(reason(page(with_place(0, {0, 5000, ~std::uint64_t{0} - 4000}), 0)), "locator-malformed")
        << "wraps around";
    EXPECT_EQ(reason(page(with_place(5, {0, 5000, 8}, 1), 1)), "locator-malformed") << "a place for zeros";
}

TEST_F(LocatorTest, RefusesOverlaps)
{
    EXPECT_EQ(reason(page(with_place(0, {0, 5000, 8 + 2 * 5000 - 1}), 0)), "locator-malformed");
    EXPECT_EQ(reason(page(with_place(0, {0, 5000, 8 + 2 * 5000}), 0)), "locator-malformed")
        << "two digests at one place";
    EXPECT_EQ(reason(page(with_place(0, {1, 5000, 8 + 2 * 5000}), 0)), "no error") << "another pack";
}

} // namespace
} // namespace farboot::rootfs
