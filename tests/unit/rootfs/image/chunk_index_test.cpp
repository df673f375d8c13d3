#include "rootfs/image/chunk_index.hpp"

#include "rootfs/image/pack_writer.hpp"
#include "rootfs/image/store_writer.hpp"
#include "tests/unit/rootfs/image/sample.hpp"

namespace farboot::rootfs
{
namespace
{

class ChunkIndexTest : public FolderTest
{
protected:
    void SetUp() override
    {
        FolderTest::SetUp();
        writer_.emplace(*StoreWriter::open(folder_));
    }
    /// Puts a pack into the store, behind the index's back.
    PackWriter::Pack add_pack(std::initializer_list<std::string> chunks)
    {
        PackWriter writer;
        for (const auto& chunk : chunks)
            writer.add(sha256(as_bytes(chunk)), static_cast<std::uint32_t>(chunk.size()), chunk);
        auto pack = writer.finish();
        EXPECT_TRUE(writer_->write(writer_->store().pack(pack.ref.digest), as_bytes(pack.file)));
        return pack;
    }
    static bool has(const ChunkIndex& index, const std::string& chunk)
    {
        return index.find(sha256(as_bytes(chunk)))->has_value();
    }

    std::optional<StoreWriter> writer_;
};

TEST_F(ChunkIndexTest, KnowsWhatWasAdded)
{
    const auto pack = add_pack({"one", "three"});
    {
        const auto index = ChunkIndex::open(writer_->store());
        ASSERT_TRUE(index) << index.error().sentence;
        const auto place = index->find(sha256(as_bytes("three")));
        ASSERT_TRUE(place && *place);
        EXPECT_EQ((*place)->pack, pack.ref);
        EXPECT_EQ((*place)->offset, 11U);
        EXPECT_EQ((*place)->stored_length, 5U);
        EXPECT_EQ((*place)->plain_length, 5U);
        EXPECT_FALSE(has(*index, "two"));
    }
    auto again = ChunkIndex::open(writer_->store());
    ASSERT_TRUE(again && has(*again, "one"));
}

TEST_F(ChunkIndexTest, TakesAChunksNewestPlace)
{
    const auto first = add_pack({"one", "three"});
    auto index = *ChunkIndex::open(writer_->store());
    const auto second = add_pack({"two", "one"});
    ASSERT_TRUE(index.add({second.ref, second.index}));
    EXPECT_EQ((*index.find(sha256(as_bytes("one"))))->pack, second.ref);
    EXPECT_EQ((*index.find(sha256(as_bytes("two"))))->pack, second.ref);
    EXPECT_EQ((*index.find(sha256(as_bytes("three"))))->pack, first.ref);
}

TEST_F(ChunkIndexTest, DoesNotKnowRetiredPacks)
{
    const auto retired = add_pack({"one"});
    add_pack({"two"});
    ASSERT_TRUE(has(*ChunkIndex::open(writer_->store()), "one"));
    RetiredList list;
    list.add(pack_path(retired.ref.digest), {retired.ref.bytes, 1});
    ASSERT_TRUE(writer_->set_retired(list));
    {
        const auto index = ChunkIndex::open(writer_->store());
        EXPECT_FALSE(has(*index, "one"));
        EXPECT_TRUE(has(*index, "two"));
    }
    ASSERT_TRUE(writer_->set_retired({}));
    EXPECT_TRUE(has(*ChunkIndex::open(writer_->store()), "one"));
}

TEST_F(ChunkIndexTest, AStoppedCheckGoesOn)
{
    for (int i = 0; i < 70; ++i) // more than are checked in one step
        add_pack({std::to_string(i)});
    std::stop_source stop;
    std::uint64_t total = 0;
    const auto stop_it = [&](std::uint64_t, std::uint64_t all) {
        total = all;
        stop.request_stop();
    };
    EXPECT_EQ(reason(ChunkIndex::open(writer_->store(), stop_it, stop.get_token())), "cancelled");
    std::uint64_t rest = 0;
    const auto index =
        ChunkIndex::open(writer_->store(), [&](std::uint64_t, std::uint64_t all) { rest = std::max(rest, all); });
    ASSERT_TRUE(index);
    for (int i = 0; i < 70; ++i)
        EXPECT_TRUE(has(*index, std::to_string(i)));
    EXPECT_GT(rest, 0U);
    EXPECT_LT(rest, total / 2);
}

TEST_F(ChunkIndexTest, IsMadeAnewWhenItWasDeletedOrDamaged)
{
    add_pack({"one"});
    ASSERT_TRUE(ChunkIndex::open(writer_->store()));
    std::filesystem::remove(folder_ / "index.lmdb");
    {
        const auto index = ChunkIndex::open(writer_->store());
        ASSERT_TRUE(index && has(*index, "one"));
    }
    put("index.lmdb", noise(100'000));
    const auto index = ChunkIndex::open(writer_->store());
    ASSERT_TRUE(index) << index.error().sentence;
    EXPECT_TRUE(has(*index, "one"));
}

TEST_F(ChunkIndexTest, ForgetsPacksThatAreGoneOrTruncated)
{
    const auto gone = add_pack({"one", "two"});
    const auto cut = add_pack({"three"});
    add_pack({"four"});
    ASSERT_TRUE(ChunkIndex::open(writer_->store()));
    std::filesystem::remove(writer_->store().pack(gone.ref.digest));
    std::filesystem::resize_file(writer_->store().pack(cut.ref.digest), 20);
    const auto index = ChunkIndex::open(writer_->store());
    ASSERT_TRUE(index);
    EXPECT_FALSE(has(*index, "one"));
    EXPECT_FALSE(has(*index, "two"));
    EXPECT_FALSE(has(*index, "three"));
    EXPECT_TRUE(has(*index, "four"));
    ASSERT_EQ(index->damaged().size(), 1U);
    EXPECT_EQ(index->damaged()[0].reason, "digest-mismatch");
}

} // namespace
} // namespace farboot::rootfs
