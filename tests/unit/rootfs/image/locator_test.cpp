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
    }

    Result<LocatorHeader> header(const std::string& file)
    {
        return LocatorHeader::parse(as_bytes(file.substr(0, 32)), *root_);
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
        const auto entries = 32 + 2 * 40 + 3 * 8;
        overwrite(file, entries + entry * 16, place.pack);
        overwrite(file, entries + entry * 16 + 4, place.stored_length);
        overwrite(file, entries + entry * 16 + 8, place.offset);
        const auto check = sha256(as_bytes(file.substr(entries + number * 64, 64)));
        std::memcpy(file.data() + 32 + 80 + number * 8, check.bytes.data(), 8);
        return file;
    }

    ManifestBuilder builder_{4};
    Result<ManifestRoot> root_ = fail("", "");
    std::vector<ManifestPage> pages_;
    std::vector<PackRef> packs_{{sha256(as_bytes("a")), 100'000}, {sha256(as_bytes("b")), 60'000}};
    std::string file_;
};

TEST_F(LocatorTest, ReadsBackWhatWasBuilt)
{
    const auto parsed = locator(file_);
    ASSERT_TRUE(parsed) << parsed.error().sentence;
    EXPECT_EQ(parsed->packs(), packs_);
    EXPECT_EQ(file_.size(), 32U + 2 * 40 + 3 * 8 + 10 * 16);
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
    EXPECT_EQ(changed(8, std::uint32_t{2}), "version-unknown");
    EXPECT_EQ(changed(12, std::uint32_t{5}), "locator-malformed");
    EXPECT_EQ(changed(16, std::uint64_t{11}), "locator-malformed");
    EXPECT_EQ(changed(16, ~std::uint64_t{0}), "locator-malformed");
    EXPECT_EQ(changed(24, std::uint32_t{4}), "locator-malformed");
    EXPECT_EQ(changed(28, std::uint32_t{11}), "locator-malformed") << "more packs than chunks";
    EXPECT_EQ(changed(28, std::uint32_t{0xffffffff}), "locator-malformed");
    EXPECT_EQ(reason(LocatorHeader::parse(as_bytes(file_.substr(0, 31)), *root_)), "locator-malformed");
}

TEST_F(LocatorTest, RefusesTruncatedTables)
{
    const auto parsed = header(file_);
    EXPECT_EQ(reason(Locator::parse(*parsed, as_bytes(file_.substr(32, 100)), *root_)), "locator-malformed");
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
