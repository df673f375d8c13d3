#include "rootfs/image/retired_list.hpp"

#include "rootfs/image/store_writer.hpp"
#include "tests/unit/rootfs/image/sample.hpp"

namespace farboot::rootfs
{
namespace
{

using RetiredListTest = FolderTest;

TEST_F(RetiredListTest, ReadsBackWhatWasWritten)
{
    RetiredList list;
    list.add("v1/files/aa", {7, 1'700'000'000});
    list.add("v1/packs/bb/bbcc", {9, 5});
    list.add("v1/packs/bb/bbcc", {9, 6});
    EXPECT_EQ(list.entries().at("v1/packs/bb/bbcc").since, 5) << "the first time counts";
    EXPECT_EQ(*RetiredList::parse(list.to_json()), list);
    list.remove("v1/files/aa");
    EXPECT_FALSE(list.contains("v1/files/aa"));
    EXPECT_NE(*RetiredList::parse(list.to_json()), RetiredList());
}

TEST_F(RetiredListTest, RefusesWhatCleaningUpMustNotDelete)
{
    const auto listed = [](const std::string& path) {
        return R"({"version": 1, "files": [{"path": ")" + path + R"(", "bytes": 1, "since": 1}]})";
    };
    EXPECT_TRUE(RetiredList::parse(listed("v1/files/aa")));
    for (const auto* path : {"/etc/passwd", "index.lmdb", "v1/../../etc/passwd", ""})
        EXPECT_EQ(reason(RetiredList::parse(listed(path))), "retired-malformed") << path;
    for (const auto* text : {"", "[]", "{}", R"({"version": 2, "files": []})", R"({"version": 1, "files": [1]})",
                             R"({"version": 1, "files": [{"path": "v1/files/aa"}]})"})
        EXPECT_EQ(reason(RetiredList::parse(text)), "retired-malformed") << text;
}

TEST_F(RetiredListTest, AStoreWithADamagedListIsNotWritten)
{
    ASSERT_TRUE(StoreWriter::open(folder_));
    put("retired.json", "{");
    const auto opened = StoreWriter::open(folder_);
    ASSERT_EQ(reason(opened), "retired-malformed");
    EXPECT_NE(opened.error().sentence.find("may be deleted"), std::string::npos);
}

TEST_F(RetiredListTest, WhatIsWrittenAgainIsRetiredNoMore)
{
    auto writer = *StoreWriter::open(folder_ / "store");
    const auto& store = writer.store();
    const auto source = put("kernel", "a kernel");
    const auto kernel = sha256(as_bytes("a kernel"));
    const auto retire_all = [&] {
        RetiredList list;
        for (const auto& path : {store.pack(kernel), store.file(kernel), store.hot_pack(kernel)})
            list.add(store.relative(path), {8, 1});
        ASSERT_TRUE(writer.set_retired(list));
    };
    const auto listed = [&](const std::filesystem::path& path) {
        EXPECT_EQ(*RetiredList::load(store), writer.retired()) << "on the disk, too";
        return writer.retired().contains(store.relative(path));
    };
    retire_all();
    ASSERT_TRUE(writer.write(store.pack(kernel), as_bytes("a pack")));
    EXPECT_FALSE(listed(store.pack(kernel)));
    EXPECT_TRUE(listed(store.file(kernel)));
    ASSERT_TRUE(writer.add_file(source));
    EXPECT_FALSE(listed(store.file(kernel)));
    EXPECT_TRUE(listed(store.hot_pack(kernel)));
    ASSERT_TRUE(writer.copy(source, kernel, store.hot_pack(kernel)));
    EXPECT_FALSE(listed(store.hot_pack(kernel)));
}

TEST_F(RetiredListTest, ACopyMustHaveItsDigest)
{
    auto writer = *StoreWriter::open(folder_ / "store");
    const auto source = put("hot", "hot chunks");
    const Digest other = sha256(as_bytes("other chunks"));
    EXPECT_EQ(reason(writer.copy(source, other, writer.store().hot_pack(other))), "digest-mismatch");
    EXPECT_FALSE(std::filesystem::exists(writer.store().hot_pack(other)));
    EXPECT_EQ(reason(writer.copy(folder_ / "none", other, writer.store().hot_pack(other))), "not-found");
}

TEST_F(RetiredListTest, RemovingSaysWhetherThereWasAFile)
{
    auto writer = *StoreWriter::open(folder_);
    EXPECT_TRUE(*writer.remove(put("v1/files/aa", "x")));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "v1/files/aa"));
    EXPECT_FALSE(*writer.remove(folder_ / "v1/files/aa"));
}

} // namespace
} // namespace farboot::rootfs
