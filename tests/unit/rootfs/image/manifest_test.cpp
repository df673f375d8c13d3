#include "rootfs/image/manifest.hpp"

#include "tests/unit/rootfs/image/sample.hpp"

namespace farboot::rootfs
{
namespace
{

class Manifest : public testing::Test
{
protected:
    ManifestBuilder builder_{4};
    BuiltManifest built_ = small_manifest(builder_);

    [[nodiscard]] std::string root() const { return built_.file.substr(0, built_.ref.root_bytes); }
    /// Parses a changed root that a record names, so that its digest fits: what a careless or hostile publisher could
    /// sign.
    static Result<ManifestRoot> parse_signed(const std::string& root, std::uint64_t bytes)
    {
        return ManifestRoot::parse(as_bytes(root), {sha256(as_bytes(root)), root.size(), bytes});
    }
    [[nodiscard]] std::string page(const ManifestRoot& root, std::uint32_t number) const
    {
        const auto range = root.page_range(number);
        return built_.file.substr(range.offset, range.length);
    }
};

TEST_F(Manifest, ReadsBackWhatWasBuilt)
{
    const auto root = ManifestRoot::parse(as_bytes(this->root()), built_.ref);
    ASSERT_TRUE(root) << root.error().sentence;
    EXPECT_EQ(root->image_bytes(), 9 * 10'000 + 36 + (3 << 20));
    EXPECT_EQ(root->chunk_count(), 10U);
    EXPECT_EQ(root->page_count(), 3U);
    EXPECT_EQ(root->file_bytes(), built_.file.size());
    EXPECT_EQ(root->entries_of(2), 2U);

    std::vector<ChunkRef> chunks;
    for (std::uint32_t number = 0; number < 3; ++number) {
        const auto parsed = root->parse_page(as_bytes(page(*root, number)), number);
        ASSERT_TRUE(parsed) << parsed.error().sentence;
        EXPECT_EQ(parsed->first_chunk, chunks.size());
        chunks.insert(chunks.end(), parsed->chunks.begin(), parsed->chunks.end());
    }
    EXPECT_EQ(chunks, builder_.chunks());
    EXPECT_TRUE(chunks[5].is_zero());
    EXPECT_EQ(chunks[5].length, 3U << 20);
}

TEST_F(Manifest, FindsPageAndChunkOfEveryByte)
{
    const auto root = *ManifestRoot::parse(as_bytes(this->root()), built_.ref);
    for (std::size_t i = 0; i < builder_.chunks().size(); ++i) {
        const auto& chunk = builder_.chunks()[i];
        for (const auto offset : {chunk.offset, chunk.end() - 1}) {
            ASSERT_EQ(root.find_page(offset), i / 4);
            const auto parsed = *root.parse_page(as_bytes(page(root, root.find_page(offset))), root.find_page(offset));
            EXPECT_EQ(parsed.chunks[parsed.find(offset)], chunk);
        }
    }
}

TEST_F(Manifest, LiesAsTheFormatSays)
{
    EXPECT_EQ(built_.ref.root_bytes, 40U + 3 * 40);
    EXPECT_EQ(built_.file.size(), built_.ref.root_bytes + 10 * 36);
    EXPECT_EQ(built_.file.substr(0, 8), "FBMANIF1");
    EXPECT_EQ(sha256(as_bytes(root())), built_.ref.manifest);
}

TEST_F(Manifest, RefusesAnAlteredRoot)
{
    for (std::size_t at = 0; at < root().size(); ++at) {
        auto altered = root();
        altered[at] = static_cast<char>(altered[at] ^ 1);
        EXPECT_EQ(reason(ManifestRoot::parse(as_bytes(altered), built_.ref)), "digest-mismatch");
    }
}

TEST_F(Manifest, RefusesARootOfAnotherLength)
{
    EXPECT_EQ(reason(ManifestRoot::parse(as_bytes(root().substr(1)), built_.ref)), "manifest-malformed");
    EXPECT_EQ(reason(ManifestRoot::parse({}, built_.ref)), "manifest-malformed");
}

TEST_F(Manifest, RefusesAbsurdSizesBeforeAnythingIsFetched)
{
    const auto digest = built_.ref.manifest;
    for (const std::uint64_t root_bytes : {std::uint64_t{0}, std::uint64_t{39}, std::uint64_t{40}, std::uint64_t{81},
                                           40 + 40 * ((std::uint64_t{1} << 20) + 1), ~std::uint64_t{0}})
        EXPECT_EQ(reason(ManifestRoot::check({digest, root_bytes, 1})), "manifest-malformed") << root_bytes;
    for (const std::uint64_t bytes : {std::uint64_t{0}, (std::uint64_t{1} << 48) + 1, ~std::uint64_t{0}})
        EXPECT_EQ(reason(ManifestRoot::check({digest, 80, bytes})), "manifest-malformed") << bytes;
    EXPECT_TRUE(ManifestRoot::check({digest, 40 + 40 * (std::uint64_t{1} << 20), std::uint64_t{1} << 48}));
}

TEST_F(Manifest, SaysThatItKnowsNoOtherVersion)
{
    auto changed = root();
    overwrite(changed, 8, std::uint32_t{2});
    const auto parsed = parse_signed(changed, built_.ref.bytes);
    ASSERT_EQ(reason(parsed), "version-unknown");
    EXPECT_NE(parsed.error().sentence.find("version 2"), std::string::npos);
}

struct RootChange {
    const char* name;
    std::size_t offset;
    std::uint64_t value;
    std::size_t size;
};

class ManifestRootChange : public Manifest, public testing::WithParamInterface<RootChange>
{
};

TEST_P(ManifestRootChange, IsRefused)
{
    auto changed = root();
    std::memcpy(changed.data() + GetParam().offset, &GetParam().value, GetParam().size);
    EXPECT_EQ(reason(parse_signed(changed, built_.ref.bytes)), "manifest-malformed");
}

INSTANTIATE_TEST_SUITE_P(All, ManifestRootChange,
                         testing::Values(RootChange{"Magic", 0, 'X', 1}, RootChange{"NoEntriesAPage", 12, 0, 4},
                                         RootChange{"TooManyEntriesAPage", 12, 4097, 4},
                                         RootChange{"AllOnesEntries", 12, 0xffffffff, 4},
                                         RootChange{"OtherImageBytes", 16, 5, 8}, RootChange{"NoChunks", 24, 0, 8},
                                         RootChange{"TooManyChunks", 24, 13, 8}, RootChange{"TooFewChunks", 24, 8, 8},
                                         RootChange{"AbsurdChunks", 24, ~std::uint64_t{0}, 8},
                                         RootChange{"OtherPages", 32, 2, 4},
                                         RootChange{"AbsurdPages", 32, 0xffffffff, 4}, RootChange{"Reserved", 36, 1, 4},
                                         RootChange{"FirstOffset", 40, 1, 8}, RootChange{"OffsetsOverlap", 80, 3, 8},
                                         RootChange{"OffsetBeyondTheEnd", 120, std::uint64_t{1} << 40, 8},
                                         RootChange{"OffsetsGoBack", 120, 100, 8}, RootChange{"PageTooLong", 80, 1, 8}),
                         [](const auto& change) { return std::string(change.param.name); });

TEST_F(Manifest, RefusesAnAlteredOrTruncatedPage)
{
    const auto root = *ManifestRoot::parse(as_bytes(this->root()), built_.ref);
    auto altered = page(root, 1);
    altered[50] = static_cast<char>(altered[50] ^ 1);
    EXPECT_EQ(reason(root.parse_page(as_bytes(altered), 1)), "digest-mismatch");
    EXPECT_EQ(reason(root.parse_page(as_bytes(page(root, 1).substr(36)), 1)), "manifest-malformed");
    EXPECT_EQ(reason(root.parse_page({}, 1)), "manifest-malformed");
    EXPECT_EQ(reason(root.parse_page(as_bytes(page(root, 0)), 1)), "digest-mismatch") << "pages may not change places";
    EXPECT_EQ(reason(root.parse_page(as_bytes(page(root, 1)), 3)), "manifest-malformed");
}

/// A page that fits its digest in the root, but whose lengths are wrong.
TEST_F(Manifest, RefusesSignedPagesWithWrongLengths)
{
    const auto with_length = [&](std::size_t entry, std::uint32_t length) {
        auto file = built_.file;
        overwrite(file, built_.ref.root_bytes + entry * 36, length);
        const auto page_digest = sha256(as_bytes(file.substr(built_.ref.root_bytes, 4 * 36)));
        std::memcpy(file.data() + 48, page_digest.bytes.data(), 32);
        const auto changed = file.substr(0, built_.ref.root_bytes);
        const auto root = parse_signed(changed, built_.ref.bytes);
        EXPECT_TRUE(root);
        return reason(root->parse_page(as_bytes(file.substr(built_.ref.root_bytes, 4 * 36)), 0));
    };
    EXPECT_EQ(with_length(0, 10'000), "no error");
    EXPECT_EQ(with_length(0, 0), "manifest-malformed");
    EXPECT_EQ(with_length(0, 9'999), "manifest-malformed") << "ends before the next page";
    EXPECT_EQ(with_length(3, 10'004), "manifest-malformed") << "goes into the next page";
    EXPECT_EQ(with_length(0, 256 * 1024 + 1), "manifest-malformed");
    EXPECT_EQ(with_length(0, 0xffffffff), "manifest-malformed");
}

TEST(ManifestBuilderTest, CutsLongRunsOfZerosAtOneGiB)
{
    ManifestBuilder builder;
    builder.add_zeros(std::uint64_t{1} << 29);
    builder.add_zeros((std::uint64_t{1} << 31) + 7);
    const auto built = builder.finish();
    ASSERT_TRUE(built);
    std::vector<std::uint32_t> lengths;
    for (const auto& chunk : builder.chunks())
        lengths.push_back(chunk.length);
    EXPECT_EQ(lengths, (std::vector<std::uint32_t>{1U << 30, 1U << 30, (1U << 29) + 7}));
    EXPECT_TRUE(ManifestRoot::parse(as_bytes(built->file.substr(0, built->ref.root_bytes)), built->ref));
}

TEST(ManifestBuilderTest, RefusesAnEmptyImage)
{
    EXPECT_EQ(reason(ManifestBuilder().finish()), "image-size");
}

} // namespace
} // namespace farboot::rootfs
