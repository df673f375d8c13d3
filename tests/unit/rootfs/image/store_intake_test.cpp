#include "rootfs/image/store_intake.hpp"

#include "rootfs/image/pack_writer.hpp"
#include "tests/unit/rootfs/image/store_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <set>
#include <unistd.h>

namespace farboot::rootfs
{
namespace
{

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class StoreIntakeTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        made_.emplace(folder_ / "to");
    }
    StoreIntake& intake() { return *made_; }

    using Take = Result<bool> (StoreIntake::*)(AtomicFile, const Digest&);

    Result<bool> receive(Take take, std::string_view data, const Digest& name)
    {
        auto file = intake().begin();
        if (!file)
            return std::unexpected(file.error());
        if (auto written = file->write(as_bytes(data)); !written)
            return std::unexpected(written.error());
        return (intake().*take)(std::move(*file), name);
    }
    Result<bool> receive_pack(const Digest& pack)
    {
        return receive(&StoreIntake::take_pack, *read_file(store().pack(pack), 1 << 30), pack);
    }
    Result<bool> receive_manifest(const Digest& image)
    {
        return receive(&StoreIntake::take_manifest, *read_file(store().manifest(image), 1 << 30), image);
    }
    [[nodiscard]] std::size_t left() const
    {
        std::error_code error;
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(folder_ / "to/incoming", error), {}));
    }

    std::optional<StoreIntake> made_;
};

TEST_F(StoreIntakeTest, WhatWasSentIsTheSameImage)
{
    const auto image = publish_chunks("store", {1, 2, 3});
    EXPECT_EQ(reason(intake().lacking(image, 0, 10)), "not-found");
    EXPECT_TRUE(*receive_manifest(image));
    EXPECT_FALSE(*receive_manifest(image));
    const auto before = *intake().lacking(image, 0, 10);
    EXPECT_FALSE(before.located);
    EXPECT_EQ(before.chunk_count, 3U);
    EXPECT_THAT(before.gaps, ElementsAre(Pair(0, 3)));
    EXPECT_EQ(reason(intake().locate(image, {})), "chunks-missing");

    for (const auto& pack : packs_of("store", image)) {
        EXPECT_TRUE(*receive_pack(pack));
        EXPECT_FALSE(*receive_pack(pack));
    }
    EXPECT_THAT(intake().lacking(image, 0, 10)->gaps, IsEmpty());
    EXPECT_FALSE(intake().lacking(image, 0, 10)->located);
    ASSERT_TRUE(intake().locate(image, {}));
    EXPECT_TRUE(intake().lacking(image, 0, 10)->located);
    EXPECT_EQ(read_back("to", image), image_of({1, 2, 3}));
    EXPECT_EQ(left(), 0U);
}

TEST_F(StoreIntakeTest, GapsAreToldInOrderAndInParts)
{
    const auto there = publish_chunks("store", {2, 4, 6});
    for (const auto& pack : packs_of("store", there))
        ASSERT_TRUE(receive_pack(pack));
    const auto image = publish_chunks("store", {1, 2, 3, 3, 4, 5, 6, 7});
    ASSERT_TRUE(receive_manifest(image));
    EXPECT_THAT(intake().lacking(image, 0, 10)->gaps, ElementsAre(Pair(0, 1), Pair(2, 2), Pair(5, 1), Pair(7, 1)));
    const auto first = *intake().lacking(image, 0, 2);
    EXPECT_THAT(first.gaps, ElementsAre(Pair(0, 1), Pair(2, 2)));
    EXPECT_EQ(first.next, 5U);
    const auto second = *intake().lacking(image, first.next, 2);
    EXPECT_THAT(second.gaps, ElementsAre(Pair(5, 1), Pair(7, 1)));
    EXPECT_EQ(second.next, 0U);
}

TEST_F(StoreIntakeTest, AnImageWhosePackIsGoneLacksIt)
{
    const auto image = publish_chunks("to", {1, 2});
    ASSERT_TRUE(intake().lacking(image, 0, 10)->located);
    std::filesystem::remove(store("to").pack(packs_of("to", image).front()));
    const auto lacking = *intake().lacking(image, 0, 10);
    EXPECT_FALSE(lacking.located);
    EXPECT_THAT(lacking.gaps, ElementsAre(Pair(0, 2)));
}

TEST_F(StoreIntakeTest, AlteredFilesAreRefusedAndLeaveNothing)
{
    const auto image = publish_chunks("store", {1, 2, 3});
    const auto pack = packs_of("store", image).front();
    const auto bytes = *read_file(store().pack(pack), 1 << 30);
    EXPECT_EQ(reason(receive(&StoreIntake::take_pack, bytes + "x", pack)), "digest-mismatch");

    // A pack that is named rightly, and lies about one of its chunks.
    PackWriter writer;
    writer.add(sha256(as_bytes(noise(chunk_bytes, 1))), chunk_bytes, noise(chunk_bytes, 2));
    const auto lie = writer.finish();
    EXPECT_EQ(reason(receive(&StoreIntake::take_pack, lie.file, lie.ref.digest)), "digest-mismatch");
    const auto no_pack = std::string(1000, 'x');
    EXPECT_EQ(reason(receive(&StoreIntake::take_pack, no_pack, sha256(as_bytes(no_pack)))), "pack-malformed");
    EXPECT_EQ(reason(receive(&StoreIntake::take_pack, "", sha256({}))), "pack-malformed");

    auto manifest = *read_file(store().manifest(image), 1 << 30);
    EXPECT_EQ(reason(receive(&StoreIntake::take_manifest, manifest + "x", image)), "manifest-malformed");
    EXPECT_EQ(reason(receive(&StoreIntake::take_manifest, manifest.substr(0, 30), image)), "truncated");
    EXPECT_EQ(reason(receive(&StoreIntake::take_manifest, manifest.substr(0, manifest.size() - 1), image)),
              "manifest-malformed");
    manifest.back() = static_cast<char>(manifest.back() ^ 1);
    EXPECT_EQ(reason(receive(&StoreIntake::take_manifest, manifest, image)), "digest-mismatch");
    EXPECT_EQ(reason(receive(&StoreIntake::take_file, "kernel", sha256({}))), "digest-mismatch");

    EXPECT_EQ(left(), 0U);
    EXPECT_FALSE(Store::open(folder_ / "to")) << "a store was made for nothing";
}

TEST_F(StoreIntakeTest, AManifestThatGivesAChunkAnotherLengthIsRefused)
{
    const auto image = publish_chunks("store", {1, 2});
    for (const auto& pack : packs_of("store", image))
        ASSERT_TRUE(receive_pack(pack));
    for (const auto length : {chunk_bytes - 1, chunk_bytes + 1}) {
        ManifestBuilder builder;
        builder.add(chunk_bytes, sha256(as_bytes(noise(chunk_bytes, 1))));
        builder.add(length, sha256(as_bytes(noise(chunk_bytes, 2))));
        const auto lie = *builder.finish();
        ASSERT_TRUE(receive(&StoreIntake::take_manifest, lie.file, lie.ref.manifest)) << "nothing tells it yet";
        const auto lacking = intake().lacking(lie.ref.manifest, 0, 10);
        ASSERT_EQ(reason(lacking), "manifest-malformed");
        EXPECT_THAT(lacking.error().sentence, HasSubstr("65536"));
        EXPECT_EQ(reason(intake().locate(lie.ref.manifest, {})), "manifest-malformed");
        EXPECT_TRUE(store("to").locators().empty());
    }
}

TEST_F(StoreIntakeTest, HotPackFollowsTheOrderThatIsSent)
{
    const auto image = publish_chunks("to", {1, 2, 3});
    const auto digest = [](unsigned seed) { return sha256(as_bytes(noise(chunk_bytes, seed))); };
    // One that the image does not have, and one twice.
    const std::vector<Digest> order{digest(3), digest(9), digest(1), digest(3)};
    ASSERT_TRUE(intake().locate(image, {order}));
    std::vector<Digest> rows;
    for (const auto& row : hot_of(store("to"), image).rows)
        rows.push_back(row.digest);
    ASSERT_EQ(rows.size(), 3U); // and the manifest's page
    EXPECT_EQ(rows[1], digest(3));
    EXPECT_EQ(rows[2], digest(1));
    EXPECT_EQ(intake().lacking(image, 0, 1)->hot_chunks, 3U);
    ASSERT_TRUE(intake().locate(image, {}));
    EXPECT_EQ(intake().lacking(image, 0, 1)->hot_chunks, 3U) << "an upload without an order took the hot pack away";
}

TEST_F(StoreIntakeTest, AGuessIsAddedToAGuessAndNotToWhatWasLearnt)
{
    const auto image = publish_chunks("to", {1, 2, 3});
    const auto digest = [](unsigned seed) { return sha256(as_bytes(noise(chunk_bytes, seed))); };
    const auto order = [&] {
        std::vector<Digest> rows;
        for (const auto& row : hot_of(store("to"), image).rows)
            rows.push_back(row.digest);
        rows.erase(rows.begin()); // the manifest's page
        return rows;
    };
    ASSERT_TRUE(intake().locate(image, {{digest(2)}, true}));
    EXPECT_TRUE(intake().lacking(image, 0, 1)->hot_guessed);
    ASSERT_TRUE(intake().locate(image, {{digest(3), digest(2)}, true}));
    EXPECT_THAT(order(), ElementsAre(digest(2), digest(3)));
    EXPECT_TRUE(intake().lacking(image, 0, 1)->hot_guessed);
    ASSERT_TRUE(intake().locate(image, {}));
    EXPECT_TRUE(intake().lacking(image, 0, 1)->hot_guessed) << "the same list in a new locator";

    ASSERT_TRUE(intake().locate(image, {{digest(1)}}));
    EXPECT_THAT(order(), ElementsAre(digest(1))) << "what was learnt replaces it";
    EXPECT_FALSE(intake().lacking(image, 0, 1)->hot_guessed);
    ASSERT_TRUE(intake().locate(image, {{digest(3)}, true}));
    EXPECT_THAT(order(), ElementsAre(digest(1)));
}

TEST_F(StoreIntakeTest, ARetiredPackIsInUseAgain)
{
    const auto image = publish_chunks("store", {1, 2});
    const auto pack = packs_of("store", image).front();
    ASSERT_TRUE(receive_pack(pack));
    {
        auto writer = *StoreWriter::open(folder_ / "to");
        auto list = writer.retired();
        list.add(writer.store().relative(writer.store().pack(pack)), {1000, 0});
        ASSERT_TRUE(writer.set_retired(std::move(list)));
    }
    ASSERT_TRUE(receive_manifest(image));
    EXPECT_THAT(intake().lacking(image, 0, 10)->gaps, ElementsAre(Pair(0, 2)));
    ASSERT_TRUE(receive_pack(pack));
    ASSERT_TRUE(intake().locate(image, {}));
    EXPECT_FALSE(RetiredList::load(store("to"))->contains(store("to").relative(store("to").pack(pack))));
}

TEST_F(StoreIntakeTest, ARetiredFileIsNotThereUntilItIsSentAgain)
{
    const std::string kernel = "kernel";
    const auto name = sha256(as_bytes(kernel));
    EXPECT_EQ(reason(intake().file_bytes(name)), "not-found") << "there is no store";
    ASSERT_TRUE(receive(&StoreIntake::take_file, kernel, name));
    EXPECT_EQ(*intake().file_bytes(name), kernel.size());
    EXPECT_EQ(reason(intake().file_bytes(sha256({}))), "not-found");
    {
        auto writer = *StoreWriter::open(folder_ / "to");
        auto list = writer.retired();
        list.add(writer.store().relative(writer.store().file(name)), {kernel.size(), 0});
        ASSERT_TRUE(writer.set_retired(std::move(list)));
    }
    EXPECT_EQ(reason(intake().file_bytes(name)), "not-found");
    EXPECT_FALSE(*receive(&StoreIntake::take_file, kernel, name));
    EXPECT_EQ(*intake().file_bytes(name), kernel.size());
}

TEST_F(StoreIntakeTest, OnlyWhatWasHalfReceivedIsRemovedAfterADay)
{
    const auto incoming = folder_ / "to/incoming";
    std::filesystem::create_directories(incoming);
    const auto fetched = "upload-" + sha256({}).hex(); // by publish --image upload:12
    const auto received = intake().begin();
    ASSERT_TRUE(received);
    const auto young = std::filesystem::path(received->path()).filename().string();
    const auto put_old = [&](const std::string& name) {
        put("to/incoming/" + name, "bytes");
        std::filesystem::last_write_time(incoming / name,
                                         std::filesystem::file_time_type::clock::now() - std::chrono::hours(25));
    };
    for (const auto& name : {fetched, fetched + ".0123456789ab.part", std::string(".part-killed")})
        put_old(name);
    intake().remove_left();
    std::set<std::string> stayed;
    for (const auto& file : std::filesystem::directory_iterator(incoming))
        stayed.insert(file.path().filename().string());
    EXPECT_THAT(stayed, UnorderedElementsAre(young, fetched, fetched + ".0123456789ab.part"));
}

TEST_F(StoreIntakeTest, WaitsForNobody)
{
    const auto image = publish_chunks("store", {1});
    const auto other = StoreWriter::open(folder_ / "to");
    EXPECT_EQ(reason(receive_manifest(image)), "store-busy");
    EXPECT_EQ(reason(receive_pack(packs_of("store", image).front())), "store-busy");
    EXPECT_EQ(left(), 0U);
}

/// A file system that is really full; tests run as root.
TEST_F(StoreIntakeTest, AFullDiskIsSaidAndLeavesNothing)
{
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can mount";
    const auto image = publish_chunks("store", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20});
    const auto to = folder_ / "to";
    std::filesystem::create_directories(to);
    if (std::system(fmt::format("mount -t tmpfs -o size=1m farboot-test {}", to.string()).c_str()) != 0)
        GTEST_SKIP() << "mounting is not allowed here";
    EXPECT_EQ(reason(receive_pack(packs_of("store", image).front())), "disk-full");
    EXPECT_EQ(left(), 0U);
    ASSERT_EQ(std::system(fmt::format("mount -o remount,size=8m {}", to.string()).c_str()), 0);
    EXPECT_TRUE(receive_pack(packs_of("store", image).front()));
    ASSERT_EQ(std::system(fmt::format("umount {}", to.string()).c_str()), 0);
}

} // namespace
} // namespace farboot::rootfs
