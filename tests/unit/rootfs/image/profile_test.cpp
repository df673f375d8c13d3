#include "rootfs/image/profile.hpp"

#include "rootfs/image/predecessor.hpp"
#include "rootfs/image/publisher.hpp"
#include "tests/unit/rootfs/image/sample.hpp"

#include <gmock/gmock.h>

namespace farboot::rootfs
{
namespace
{

using testing::ElementsAre;
using testing::UnorderedElementsAre;

/// Chunks of 1000 bytes each, named by their contents; an empty name is zeros.
ChunkList chunks(const std::vector<std::string>& names)
{
    std::vector<ChunkRef> list;
    for (const auto& name : names)
        list.push_back({list.size() * 1000, 1000, name.empty() ? Digest{} : sha256(as_bytes(name))});
    return ChunkList(std::move(list));
}

/// Reads these chunks, one a second.
Trace trace(const std::vector<std::size_t>& numbers, const std::string& session = "")
{
    Trace trace{sha256(as_bytes("image")), 10'000, "", session, {}};
    for (const auto number : numbers)
        trace.reads.push_back({std::chrono::seconds(trace.reads.size()), {number * 1000 + 10, 100}});
    return trace;
}

const auto ten = std::vector<std::string>{"0", "1", "2", "3", "4", "", "6", "7", "8", "9"};

TEST(ProfileTest, OneBootIsAProfile)
{
    EXPECT_THAT(merge_traces({trace({7, 0, 5, 3, 7})}, chunks(ten), {}), ElementsAre(7, 0, 3)) << "zeros cost nothing";
    auto wide = trace({1});
    wide.reads[0].range = {1999, 1002};
    EXPECT_THAT(merge_traces({wide}, chunks(ten), {}), ElementsAre(1, 2, 3));
}

TEST(ProfileTest, WhatWasTakenIsPassedOver)
{
    const auto reads = [](std::initializer_list<FileRange> ranges) {
        auto all = trace({});
        for (const auto& range : ranges)
            all.reads.push_back({std::chrono::seconds(all.reads.size()), range});
        return all;
    };
    EXPECT_THAT(merge_traces({reads({{3000, 2000}, {8000, 1000}, {1000, 7000}, {0, 10'000}})}, chunks(ten), {}),
                ElementsAre(3, 4, 8, 1, 2, 6, 7, 0, 9));
    EXPECT_THAT(merge_traces({reads({{9000, 1000}, {9999, 1}, {7000, 1}, {6000, 1}, {6999, 3001}})}, chunks(ten), {}),
                ElementsAre(9, 7, 6, 8));
}

/// Would take hours if each read looked at each chunk.
TEST(ProfileTest, ATraceOfAsManyReadsOfAllAsItMayHave)
{
    constexpr std::size_t count = 100'000;
    std::vector<std::string> names;
    Profile expected;
    for (std::size_t number = 0; number < count; ++number) {
        const bool is_zero = number % 2 == 1;
        names.push_back(is_zero ? "" : std::to_string(number));
        if (!is_zero)
            expected.push_back(number);
    }
    auto all = trace({});
    all.image_bytes = count * 1000;
    all.reads.assign(Trace::most_reads, {std::chrono::seconds(0), {0, all.image_bytes}});
    EXPECT_TRUE(merge_traces({all}, chunks(names), {}) == expected);
}

TEST(ProfileTest, AChunkNeedsItsShareOfOneKindOfBoot)
{
    const std::vector<Trace> boots{trace({1, 2, 3}), trace({1, 2, 4}), trace({1, 2, 3})};
    EXPECT_THAT(merge_traces(boots, chunks(ten), {.share = 0.5}), ElementsAre(1, 2, 3));
    EXPECT_THAT(merge_traces(boots, chunks(ten), {.share = 0.3}), ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(merge_traces(boots, chunks(ten), {.share = 1.0}), ElementsAre(1, 2));
    auto kinds = boots;
    kinds.push_back(trace({1, 9}, "xfce"));
    EXPECT_THAT(merge_traces(kinds, chunks(ten), {.share = 1.0}), UnorderedElementsAre(1, 2, 9))
        << "one boot of another session is all boots of that session";
}

TEST(ProfileTest, AChunkComesWhereItCameOnAverage)
{
    EXPECT_THAT(merge_traces({trace({1, 2, 3}), trace({2, 1, 3}), trace({2, 1, 3})}, chunks(ten), {}),
                ElementsAre(2, 1, 3));
}

TEST(ProfileTest, WhatWasReadLaterMayBeLeftOut)
{
    EXPECT_THAT(merge_traces({trace({1, 2, 3, 4})}, chunks(ten), {.until = std::chrono::seconds(2)}),
                ElementsAre(1, 2, 3));
}

TEST(ProfileTest, ASuccessorInheritsByContentAndByPlace)
{
    HotList list;
    for (const auto* name : {"8", "2", "3", "6", "not in the image: a page"})
        list.rows.push_back({sha256(as_bytes(name)), 1000, 1000});
    // 2 and 3 have become three others, 6 has moved to the front, and something new is at the end.
    const auto successor = chunks({"6", "0", "1", "a", "b", "c", "4", "", "7", "8", "9", "new"});
    const auto inherited = inherit_profile(list, chunks(ten), successor);
    EXPECT_THAT(inherited.profile, ElementsAre(9, 3, 4, 5, 0));
    EXPECT_EQ(inherited.same, 2);
    EXPECT_EQ(inherited.moved, 3);
}

TEST(ProfileTest, WhatOverlapsAPlaceAtItsEndStandsForItToo)
{
    const auto successor = chunks({"0", "1", "a", "b", "c", "4"}); // instead of 2 and 3
    HotList list;
    list.rows.push_back({sha256(as_bytes("2")), 1000, 1000});
    EXPECT_THAT(inherit_profile(list, chunks(ten), successor).profile, ElementsAre(2, 3)) << "half of b";
    list.rows[0].digest = sha256(as_bytes("3"));
    EXPECT_THAT(inherit_profile(list, chunks(ten), successor).profile, ElementsAre(3, 4));
}

TEST(ProfileTest, WhatIsGoneIsNotInherited)
{
    HotList list;
    list.rows.push_back({sha256(as_bytes("3")), 1000, 1000});
    EXPECT_THAT(inherit_profile(list, chunks(ten), chunks({"0", "1", "2", "4", "6"})).profile, ElementsAre());
    EXPECT_THAT(inherit_profile(list, chunks(ten), chunks({"x", "y"})).profile, ElementsAre(0))
        << "nothing is the same: the place in the whole counts";
}

/// Profiles in a store.
class StoredProfileTest : public FolderTest
{
protected:
    void SetUp() override
    {
        FolderTest::SetUp();
        writer_.emplace(*StoreWriter::open(folder_ / "store"));
        digest_ = publish(noise(4 << 20));
    }
    Digest publish(const std::string& image)
    {
        const auto published = publish_image(*writer_, put("image", image), {});
        EXPECT_TRUE(published) << published.error().sentence;
        return published->ref.manifest;
    }
    [[nodiscard]] LocalImage open(const Digest& digest) const { return *LocalImage::open(writer_->store(), digest); }
    HotPack set(const Profile& profile, std::uint64_t limit = default_hot_pack_bytes)
    {
        auto pack = make_hot_pack(open(digest_), profile, limit);
        EXPECT_TRUE(pack) << pack.error().sentence;
        const auto done = set_hot_pack(*writer_, open(digest_), *pack);
        EXPECT_TRUE(done) << done.error().sentence;
        return std::move(*pack);
    }

    std::optional<StoreWriter> writer_;
    Digest digest_;
};

TEST_F(StoredProfileTest, AHotPackHasPageAndChunksInOrder)
{
    const auto before = read_file(writer_->store().locator(digest_), 1 << 20);
    const auto pack = set({5, 2, 7});
    const auto image = open(digest_);
    EXPECT_EQ(image.locator().hot(), pack.list);
    ASSERT_EQ(pack.list.rows.size(), 4);
    EXPECT_EQ(pack.list.rows[0].digest, image.manifest().page_digest(0));
    const auto chunks = *ChunkList::load(image);
    auto offset = HotList::header_bytes;
    const auto file = *read_file(writer_->store().hot_pack(pack.list.pack.digest), 1 << 24);
    EXPECT_EQ(file.substr(0, 8), "FBHOT001");
    EXPECT_EQ(sha256(as_bytes(file)), pack.list.pack.digest);
    for (const auto& row : pack.list.rows) {
        std::vector<std::byte> plain(row.plain_length);
        EXPECT_TRUE(decode_chunk(as_bytes(file.substr(offset, row.stored_length)), row.digest, plain));
        offset += row.stored_length;
    }
    EXPECT_EQ(offset, file.size());
    EXPECT_EQ(pack.list.rows[1].digest, chunks.chunks()[5].digest);
    EXPECT_EQ(pack.list.rows[3].digest, chunks.chunks()[7].digest);
    set({});
    EXPECT_EQ(*read_file(writer_->store().locator(digest_), 1 << 20), *before) << "an empty profile takes it away";
}

TEST_F(StoredProfileTest, AHotPackKeepsItsLimit)
{
    const auto pack = set({0, 1, 2, 3, 4, 5, 6, 7}, 200'000);
    EXPECT_LE(pack.file.size(), 200'000);
    EXPECT_GT(pack.left_out, 0);
    EXPECT_EQ(pack.list.rows.size() - 1 + pack.left_out, 8);
}

TEST_F(StoredProfileTest, PublishingAgainKeepsTheProfile)
{
    const auto pack = set({5, 2, 7});
    EXPECT_EQ(publish(noise(4 << 20)), digest_);
    EXPECT_EQ(open(digest_).locator().hot(), pack.list);
}

TEST_F(StoredProfileTest, ASuccessorFindsItsPredecessor)
{
    set({5, 2, 7, 40});
    const auto stranger = publish(text(3 << 20, 9));
    EXPECT_FALSE(*inherit_from_store(*writer_, stranger));
    auto image = noise(4 << 20);
    image.replace(1 << 20, 100'000, text(120'000, 5));
    const auto successor = publish(image);
    const auto heritage = inherit_from_store(*writer_, successor);
    ASSERT_TRUE(heritage) << heritage.error().sentence;
    ASSERT_TRUE(*heritage);
    EXPECT_EQ((*heritage)->predecessor, digest_);
    EXPECT_EQ((*heritage)->same + (*heritage)->moved, 4);
    EXPECT_EQ(open(successor).locator().hot().rows.size(), 5);
    EXPECT_FALSE(*inherit_from_store(*writer_, successor)) << "it has one now";
}

} // namespace
} // namespace farboot::rootfs
