#include "rootfs/image/local_image.hpp"
#include "rootfs/image/locator_builder.hpp"
#include "tests/unit/rootfs/cli/program.hpp"

#include <cstdlib>
#include <set>

namespace farboot::rootfs
{
namespace
{

using testing::HasSubstr;

/// What `farboot image` does to stores: compare, remove, clean, copy, convert.
class StoreCommand : public CliTest
{
protected:
    void SetUp() override
    {
        CliTest::SetUp();
        make_keys();
        std::filesystem::create_directory(folder_ / "records");
        put("one", noise(2'000'000, 1));
        // Less than half of the first one's pack is needed by the second.
        put("two", get("one").substr(0, 600'000) + noise(1'000'000, 2) + std::string(300'000, '\0'));
        one_ = publish("one");
        two_ = publish("two");
    }
    std::string publish(const std::string& name)
    {
        const auto said =
            good_json({"publish", "gui", "--store", "store", "--series", name, "--number", "1", "--title", "T",
                       "--image", name, "--key", "publisher.pem", "-o", "records/" + name + ".dsse", "--json"});
        return said["image"]["manifest"];
    }
    bool exports_as(const std::string& digest, const std::string& store, const std::string& name)
    {
        good({"image", "export", digest, "--store", store, "-o", "out"});
        return get("out") == get(name);
    }
    static Digest hot_pack_of(const Store& store, const Digest& image)
    {
        return LocalImage::open(store, image)->locator().hot().pack.digest;
    }
    std::set<std::string> files(const std::string& store)
    {
        std::set<std::string> list;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / store / "v1"))
            if (entry.is_regular_file())
                list.insert(entry.path().lexically_relative(folder_ / store).string());
        return list;
    }

    /// What `farboot image list` says.
    std::set<std::string> images(const std::string& store)
    {
        std::set<std::string> list;
        for (const auto& image : good_json({"image", "list", "--store", store, "--json"}))
            list.insert(image["manifest"]);
        return list;
    }

    std::string one_;
    std::string two_;
};

TEST_F(StoreCommand, DiffSaysWhatIsShared)
{
    const auto diff = good_json({"image", "diff", one_, two_, "--store", "store", "--json"});
    EXPECT_EQ(diff["shared"]["bytes"].get<int>() + diff["only_a"]["bytes"].get<int>(), 2'000'000);
    EXPECT_GT(diff["shared"]["bytes"], 300'000);
    EXPECT_LE(diff["shared"]["bytes"], 600'000);
    EXPECT_GE(diff["only_b"]["bytes"], 1'000'000);
    EXPECT_GT(diff["fetch_bytes"], diff["only_b"]["stored_bytes"]);
    EXPECT_THAT(good({"image", "diff", one_, two_, "--store", "store"}), HasSubstr("only in B"));
    EXPECT_EQ(run({"image", "diff", one_, "--store", "store"}).code, 2);
}

TEST_F(StoreCommand, RemoveRefusesWhatARecordNames)
{
    const auto before = files("store");
    const auto refused = run({"image", "remove", two_, one_, "--store", "store", "--records", "records"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr(two_));
    EXPECT_THAT(refused.err, HasSubstr("records/two.dsse"));
    EXPECT_EQ(files("store"), before) << "none of them, if one is needed";

    std::filesystem::remove(folder_ / "records/one.dsse");
    const auto removed = run({"image", "remove", one_, "--store", "store", "--records", "records"});
    EXPECT_EQ(removed.code, 0) << removed.err;
    EXPECT_THAT(removed.err, HasSubstr("farboot image clean --store store"));
    EXPECT_EQ(images("store"), std::set{two_});
    EXPECT_EQ(files("store"), before) << "PCs may run from it";
    good({"image", "remove", two_, "--store", "store", "--records", "records", "--force"});
    EXPECT_EQ(images("store"), std::set<std::string>());
    EXPECT_EQ(run({"image", "clean", "--store", "store", "--records", "records"}).code, 1) << "two.dsse names it";
}

TEST_F(StoreCommand, ARemovedImageIsNoneForAnyCommand)
{
    const std::vector<std::string> store{"--store", "store"};
    const auto refusal = [&](std::vector<std::string> words) {
        words.insert(words.end(), store.begin(), store.end());
        const auto said = run(words);
        EXPECT_EQ(said.code, 1) << words.at(1);
        return said.err;
    };
    good({"image", "remove", one_, "--store", "store"});
    for (const std::string name : {"show", "verify", "export"}) {
        std::vector<std::string> words{"image", name, one_};
        if (name == "export")
            words.insert(words.end(), {"-o", "out"});
        const auto said = name == "verify" ? run({"image", name, one_, "--store", "store"}).out : refusal(words);
        EXPECT_THAT(said, HasSubstr(one_ + " was removed")) << name;
    }
    EXPECT_THAT(refusal({"image", "copy", one_, "--to", "other"}), HasSubstr("was removed"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "other"));
    EXPECT_THAT(refusal({"image", "diff", one_, two_}), HasSubstr("was removed"));
    EXPECT_THAT(refusal({"profile", "show", one_}), HasSubstr("was removed"));
    EXPECT_THAT(refusal({"profile", "drop", one_}), HasSubstr("was removed"));
    EXPECT_THAT(refusal({"profile", "inherit", one_, two_}), HasSubstr("was removed"));
    good({"image", "verify", "--store", "store"});

    EXPECT_EQ(publish("one"), one_);
    EXPECT_EQ(images("store"), (std::set{one_, two_}));
    EXPECT_THAT(good({"image", "clean", "--store", "store", "--keep-days", "0"}), HasSubstr("0 B freed"));
    EXPECT_TRUE(exports_as(one_, "store", "one"));
}

TEST_F(StoreCommand, RemovingAtOnceLeavesNothingThatLeadsToIt)
{
    good({"image", "remove", two_, "--store", "store"});
    for (const auto& image : {one_, two_}) {
        EXPECT_THAT(good({"image", "remove", image, "--store", "store", "--now"}), HasSubstr("removed"));
        EXPECT_FALSE(files("store").contains("v1/manifests/" + image));
        EXPECT_FALSE(files("store").contains("v1/locators/" + image));
    }
    EXPECT_EQ(images("store"), std::set<std::string>());
}

TEST_F(StoreCommand, AHalfDoneRemovalIsFinishedByRepeatingIt)
{
    std::filesystem::remove(folder_ / "store/v1/locators" / one_);
    EXPECT_THAT(run({"image", "show", one_, "--store", "store"}).err, HasSubstr("interrupted"));
    EXPECT_THAT(good({"image", "remove", one_, "--store", "store"}), HasSubstr("removed"));
    EXPECT_EQ(images("store"), std::set{two_});
    good({"image", "clean", "--store", "store", "--keep-days", "0"});
    EXPECT_FALSE(files("store").contains("v1/manifests/" + one_));
    EXPECT_THAT(good({"image", "remove", one_, "--store", "store"}), HasSubstr("was not there"));
    EXPECT_EQ(run({"image", "remove", "xyz", "--store", "store"}).code, 2);
    EXPECT_EQ(run({"image", "remove", one_, "--store", "elsewhere"}).code, 1);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "elsewhere"));
}

TEST_F(StoreCommand, CleanFreesAndKeepsForSomeDays)
{
    good({"image", "remove", one_, "--store", "store"});
    const auto before = files("store");
    const auto planned = good_json({"image", "clean", "--store", "store", "--dry-run", "--json"});
    EXPECT_EQ(planned["rewritten_packs"], 1);
    EXPECT_EQ(planned["waiting"].size(), 3U) << "its manifest and its locator, and the pack";
    EXPECT_EQ(files("store"), before);

    const auto cleaned = good_json({"image", "clean", "--store", "store", "--json"});
    EXPECT_EQ(cleaned["rewritten_packs"], 1);
    EXPECT_EQ(cleaned["rewritten_locators"], 1);
    EXPECT_EQ(cleaned["freed_bytes"], 0);
    EXPECT_GT(cleaned["waiting_bytes"], 2'000'000);
    EXPECT_TRUE(std::ranges::includes(files("store"), before)) << "nothing goes at once";
    const auto text = good({"image", "clean", "--store", "store"});
    EXPECT_THAT(text, HasSubstr("until "));
    EXPECT_THAT(text, HasSubstr("0 B freed"));

    const auto freed = good_json({"image", "clean", "--store", "store", "--keep-days", "0", "--json"});
    EXPECT_EQ(freed["freed_bytes"], cleaned["waiting_bytes"]);
    EXPECT_FALSE(files("store").contains(freed["deleted"][0]["path"].get<std::string>()));
    good({"image", "verify", "--store", "store"});
    EXPECT_TRUE(exports_as(two_, "store", "two"));
    EXPECT_EQ(run({"image", "clean", "--store", "elsewhere"}).code, 1);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "elsewhere"));
}

TEST_F(StoreCommand, CleanWithRecordsFreesKernels)
{
    put("vmlinuz", "a kernel");
    good({"publish", "boot", "--store", "store", "--series", "s", "--number", "1", "--title", "T", "--kernel",
          "vmlinuz", "--key", "publisher.pem", "-o", "records/s.dsse"});
    const auto kernel = "v1/files/" + sha256(as_bytes("a kernel")).hex();
    const std::vector<std::string> clean{"image",     "clean",   "--store",     "store",
                                         "--records", "records", "--keep-days", "0"};
    good(clean);
    EXPECT_TRUE(files("store").contains(kernel));
    std::filesystem::remove(folder_ / "records/s.dsse");
    EXPECT_THAT(good(clean), HasSubstr(kernel));
    EXPECT_FALSE(files("store").contains(kernel));
    put("records/half.dsse", "{");
    const auto refused = run(clean);
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("half.dsse"));
}

TEST_F(StoreCommand, CopyBringsWhatIsLacking)
{
    const auto copied = good_json({"image", "copy", one_, two_, "--store", "store", "--to", "other", "--json"});
    EXPECT_EQ(copied[0]["copied_bytes"], 2'000'000);
    EXPECT_GT(copied[1]["known_bytes"], 300'000);
    EXPECT_TRUE(exports_as(one_, "other", "one"));
    EXPECT_TRUE(exports_as(two_, "other", "two"));
    EXPECT_THAT(good({"image", "copy", one_, "--store", "store", "--to", "other"}), HasSubstr("0 B copied"));

    EXPECT_EQ(run({"image", "copy", one_, "--store", "store", "--to", "./store"}).code, 2);
    const auto none = run({"image", "copy", std::string(64, 'a'), "--store", "store", "--to", "third"});
    EXPECT_EQ(none.code, 1);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "third"));
}

TEST_F(StoreCommand, ExportsQcow2)
{
    if (!std::filesystem::exists("/usr/bin/qemu-img"))
        GTEST_SKIP() << "needs qemu-img";
    good({"image", "export", two_, "--store", "store", "--format", "qcow2", "-o", "two.qcow2"});
    EXPECT_TRUE(get("two.qcow2").starts_with("QFI\xfb"));
    const auto folder = folder_.string();
    EXPECT_EQ(std::system(("qemu-img convert -f qcow2 -O raw " + folder + "/two.qcow2 " + folder + "/raw").c_str()), 0);
    EXPECT_TRUE(get("raw").substr(0, get("two").size()) == get("two"));
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
        EXPECT_FALSE(entry.path().filename().string().starts_with(".part-")) << entry.path();
}

TEST_F(StoreCommand, ExportWithoutQemuImgSaysWhatIsMissing)
{
    const std::string path = std::getenv("PATH");
    ::setenv("PATH", "/nonexistent:/dev", 1);
    const auto outcome = run({"image", "export", two_, "--store", "store", "--format", "qcow2", "-o", "two.qcow2"});
    ::setenv("PATH", path.c_str(), 1);
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.err, HasSubstr("package qemu-utils"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "two.qcow2"));
}

TEST_F(StoreCommand, AnImageOfTheStoreCanBeSignedAgain)
{
    const std::vector<std::string> publish{
        "publish", "vm",      "--store", "store", "--series",      "vm", "--number",
        "1",       "--title", "T",       "--key", "publisher.pem", "-o", "records/vm.dsse"};
    auto with = [&](const std::string& image) {
        auto all = publish;
        all.insert(all.end(), {"--image", image});
        return all;
    };
    good(with(one_));
    const auto record = good_json({"record", "show", "records/vm.dsse", "--json"})["payload"]["image"];
    EXPECT_EQ(record["manifest"], one_);
    EXPECT_EQ(record["bytes"], 2'000'000);
    const auto none = run(with(std::string(64, 'a')));
    EXPECT_EQ(none.code, 1);
    EXPECT_THAT(none.err, HasSubstr("has no image"));
}

TEST_F(StoreCommand, ImportsFromCasync)
{
    if (!std::filesystem::exists("/usr/bin/casync"))
        GTEST_SKIP() << "needs casync";
    const auto command = "cd " + folder_.string() + " && casync make --store=c.castr two.caibx two > /dev/null 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0);
    const auto imported =
        good_json({"image", "import", "two.caibx", "--chunks", "c.castr", "--store", "imported", "--json"});
    EXPECT_EQ(imported["manifest"], two_);
    EXPECT_TRUE(exports_as(two_, "imported", "two"));
    EXPECT_EQ(run({"image", "import", "two", "--chunks", "c.castr", "--store", "third"}).code, 1);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "third"));
}

TEST_F(StoreCommand, VerifyFindsAnAlteredHotPack)
{
    const auto store = *Store::open(folder_ / "store");
    const auto digest = *Digest::from_hex(one_);
    {
        const auto image = *LocalImage::open(store, digest);
        LocatorBuilder builder(image.manifest().page_entries());
        std::string file = "FBHOT001";
        HotList hot;
        ASSERT_TRUE(image.walk([&](const ChunkRef& chunk, const ChunkPlace& place) {
            builder.add(image.locator().packs()[place.pack], place.offset, place.stored_length);
            hot.rows = {{chunk.digest, chunk.length, chunk.length}};
        }));
        file += get("one").substr(2'000'000 - hot.rows[0].plain_length); // the last chunk
        hot.pack = {sha256(as_bytes(file)), file.size()};
        builder.set_hot(hot);
        std::filesystem::create_directory(folder_ / "store/v1/hot");
        ASSERT_TRUE(write_file(store.hot_pack(hot.pack.digest), as_bytes(file)));
        ASSERT_TRUE(write_file(store.locator(digest), as_bytes(*builder.finish())));
    }
    EXPECT_EQ(good_json({"image", "show", one_, "--store", "store", "--json"})["hot_chunks"], 1);
    good({"image", "verify", one_, "--store", "store"});
    put("store/" + store.relative(store.hot_pack(hot_pack_of(store, digest))), "FBHOT001 altered");
    const auto verified = run({"image", "verify", one_, "--store", "store"});
    EXPECT_EQ(verified.code, 1);
    EXPECT_THAT(verified.out, HasSubstr("hot pack"));
}

} // namespace
} // namespace farboot::rootfs
