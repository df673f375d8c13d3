#include "tests/integration/rootfs/store_kill.hpp"

namespace farboot::test
{
namespace
{

TEST_F(StoreKill, NoPublishedImageIsLostBeforeAnyChange)
{
    std::printf("FARBOOT_SEED=%llu\n", static_cast<unsigned long long>(seed_));
    std::vector<std::string> versions;
    for (int version = 0; version < 3; ++version) {
        versions.push_back(add_published(kill_before_each_change("publish", next_version())));
        ASSERT_FALSE(HasFailure());
    }
    kill_before_each_change("copy", {"image", "copy", versions[0], "--store", path("store"), "--to", path("other")});
    images_["other"][versions[0]] = images_["store"][versions[0]];
    // The last one needs most of the first one's pack, and hardly anything of the second one's.
    for (const auto& removed : {versions[0], versions[1]}) {
        images_["store"].erase(removed);
        kill_before_each_change("remove", {"image", "remove", removed, "--store", path("store")}, 1);
    }
    const auto output = kill_before_each_change(
        "clean", {"image", "clean", "--store", path("store"), "--live-percent", "95", "--keep-days", "0"});
    EXPECT_NE(output.find("rewritten"), std::string::npos) << output;
    EXPECT_NE(output.find("deleted"), std::string::npos) << output;
    verify_by_program();
}

TEST_F(StoreKill, NoProfileIsHalfBeforeAnyChange)
{
    std::printf("FARBOOT_SEED=%llu\n", static_cast<unsigned long long>(seed_));
    std::vector<std::string> versions;
    for (int version = 0; version < 2; ++version) {
        std::string output;
        ASSERT_EQ(run(farboot(next_version()), &output), 0) << output;
        versions.push_back(add_published(output));
    }
    kill_before_each_change("profile make", {"profile", "make", new_trace(versions[0]), "--store", path("store")});
    ASSERT_FALSE(hot_list(versions[0]).rows.empty());
    kill_before_each_change("profile inherit",
                            {"profile", "inherit", versions[0], versions[1], "--store", path("store")});
    ASSERT_FALSE(hot_list(versions[1]).rows.empty());
    // The published images are read while theirs is another one.
    kill_before_each_change("another profile", {"profile", "make", new_trace(versions[0]), "--store", path("store")});
    kill_before_each_change("publish with a profile", next_version());
    kill_before_each_change("profile drop", {"profile", "drop", versions[1], "--store", path("store")}, 1);
    EXPECT_TRUE(hot_list(versions[1]).rows.empty());
    images_["store"].erase(versions[1]);
    ASSERT_EQ(run(farboot({"image", "remove", versions[1], "--store", path("store")})), 0);
    const auto output = kill_before_each_change("clean with hot packs", {"image", "clean", "--store", path("store"),
                                                                         "--live-percent", "95", "--keep-days", "0"});
    EXPECT_NE(output.find("v1/hot/"), std::string::npos) << output;
    verify_by_program();
}

TEST_F(StoreKill, NoImportAndNoKernelIsHalfBeforeAnyChange)
{
    std::printf("FARBOOT_SEED=%llu\n", static_cast<unsigned long long>(seed_));
    write_whole(folder_.path / "image", image_);
    for (const auto* name : {"kernel", "initramfs"})
        write_whole(folder_.path / name, std::string(300'000, name[0]));
    const auto output = kill_before_each_change("publish boot", {"publish",     "boot",
                                                                 "--store",     path("store"),
                                                                 "--series",    "s",
                                                                 "--number",    "1",
                                                                 "--title",     "T",
                                                                 "--kernel",    path("kernel"),
                                                                 "--initramfs", path("initramfs"),
                                                                 "--image",     path("image"),
                                                                 "--zstd",      "1",
                                                                 "--key",       path("publisher.pem"),
                                                                 "-o",          path("record.dsse"),
                                                                 "--json"});
    add_published(output);
    EXPECT_EQ(rootfs::Store::open(folder_.path / "store")->files().size(), 2U);
    if (!std::filesystem::exists("/usr/bin/casync"))
        GTEST_SKIP() << "needs casync";
    next_version();
    ASSERT_EQ(run({"casync", "make", "--store=" + path("chunks.castr"), path("image.caibx"), path("image")}), 0);
    const auto imported = kill_before_each_change("import", {"image", "import", path("image.caibx"), "--chunks",
                                                             path("chunks.castr"), "--store", path("store"), "--json"});
    const auto json = nlohmann::json::parse(imported.substr(imported.find('{')), nullptr, false);
    ASSERT_TRUE(json.is_object()) << imported;
    images_["store"][json["manifest"]] = image_;
    check_images("at the end");
    verify_by_program();
}

TEST_F(StoreKill, NoRemovedImageComesBackOrBreaksBeforeAnyChange)
{
    std::printf("FARBOOT_SEED=%llu\n", static_cast<unsigned long long>(seed_));
    const auto first = next_version();
    std::string output;
    ASSERT_EQ(run(farboot(first), &output), 0) << output;
    const auto digest = add_published(output);
    images_["store"].clear(); // nothing is promised of it between here and its return
    const auto store = [&] { return *rootfs::Store::open(folder_.path / "store"); };
    for (const bool cleaned : {false, true}) {
        ASSERT_EQ(run(farboot({"image", "remove", digest, "--store", path("store")})), 0);
        if (cleaned) { // its packs are on the list, too
            ASSERT_EQ(run(farboot({"image", "clean", "--store", path("store")})), 0);
        }
        kill_before_each_change("publish again", first);
        EXPECT_TRUE(rootfs::RetiredList::load(store())->entries().empty());
    }
    images_["store"][digest] = image_;
    check_images("at the end");
    images_["store"].clear();
    kill_before_each_change("remove at once", {"image", "remove", digest, "--store", path("store"), "--now"});
    EXPECT_TRUE(store().locators().empty());
}

} // namespace
} // namespace farboot::test
