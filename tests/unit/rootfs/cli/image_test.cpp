#include "tests/unit/rootfs/cli/program.hpp"

namespace farboot::rootfs
{
namespace
{

using testing::HasSubstr;

class ImageCommand : public CliTest
{
protected:
    void SetUp() override
    {
        CliTest::SetUp();
        make_keys();
        for (const auto* name : {"one", "two"}) {
            put(name, noise(2'000'000, static_cast<unsigned>(name[0])) + std::string(100'000, '\0'));
            const auto said =
                good_json({"publish", "gui", "--store", "store", "--series", name, "--number", "1", "--title", "T",
                           "--image", name, "--key", "publisher.pem", "-o", "r.dsse", "--json"});
            digests_.push_back(said["image"]["manifest"]);
        }
    }
    std::filesystem::path only_pack_of(const std::string& digest)
    {
        const auto packs = good_json({"image", "show", digest, "--store", "store", "--json"})["packs"];
        EXPECT_EQ(packs.size(), 1U);
        const std::string pack = packs[0]["digest"];
        return folder_ / "store/v1/packs" / pack.substr(0, 2) / pack;
    }

    std::vector<std::string> digests_;
};

TEST_F(ImageCommand, ListsAndShows)
{
    const auto list = good_json({"image", "list", "--store", "store", "--json"});
    std::vector<std::string> listed;
    for (const auto& image : list)
        listed.push_back(image["manifest"]);
    EXPECT_THAT(listed, testing::UnorderedElementsAreArray(digests_));
    const auto shown = good_json({"image", "show", digests_[0], "--store", "store", "--json"});
    EXPECT_EQ(shown["bytes"], 2'100'000);
    EXPECT_GE(shown["zero_bytes"].get<int>(), 99'990);
    EXPECT_THAT(good({"image", "show", digests_[0], "--store", "store"}), HasSubstr("2100000"));
}

TEST_F(ImageCommand, VerifyFindsAnAlteredChunk)
{
    EXPECT_THAT(good({"image", "verify", "--store", "store"}), HasSubstr("good"));
    const auto pack = only_pack_of(digests_[1]);
    auto bytes = *read_file(pack, 1 << 24);
    bytes[500'000] = static_cast<char>(bytes[500'000] ^ 1);
    ASSERT_TRUE(write_file(pack, as_bytes(bytes)));
    const auto all = run({"image", "verify", "--store", "store", "--json"});
    EXPECT_EQ(all.code, 1);
    for (const auto& image : nlohmann::json::parse(all.out))
        EXPECT_EQ(image["good"], image["manifest"] == digests_[0]);
    EXPECT_THAT(all.out, HasSubstr(pack.filename().string())) << "names the pack";
    EXPECT_EQ(run({"image", "verify", digests_[0], "--store", "store"}).code, 0);
    EXPECT_EQ(run({"image", "verify", digests_[1], "--store", "store"}).code, 1);

    EXPECT_EQ(run({"image", "export", digests_[1], "--store", "store", "-o", "out"}).code, 1);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out")) << "nothing half written";
}

TEST_F(ImageCommand, ListsTheOthersWhenAManifestIsDamaged)
{
    put("store/v1/manifests/" + digests_[0], "FBMANIF1");
    const auto listed = run({"image", "list", "--store", "store"});
    EXPECT_EQ(listed.code, 1);
    EXPECT_THAT(listed.out, HasSubstr(digests_[1]));
    EXPECT_THAT(listed.out, testing::Not(HasSubstr(digests_[0])));
    EXPECT_THAT(listed.err, HasSubstr(digests_[0]));
}

TEST_F(ImageCommand, SaysWhatIsMissing)
{
    const auto none = std::string(64, '0');
    const auto missing = run({"image", "show", none, "--store", "store"});
    EXPECT_EQ(missing.code, 1);
    EXPECT_THAT(missing.err, HasSubstr(none));
    EXPECT_EQ(run({"image", "show", "xyz", "--store", "store"}).code, 2);
    const auto no_store = run({"image", "list", "--store", "elsewhere"});
    EXPECT_EQ(no_store.code, 1);
    EXPECT_THAT(no_store.err, HasSubstr("no image store in elsewhere"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "elsewhere"));
}

} // namespace
} // namespace farboot::rootfs
