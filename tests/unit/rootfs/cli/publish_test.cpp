#include "rootfs/record/record.hpp"
#include "tests/unit/rootfs/cli/program.hpp"

namespace farboot::rootfs
{
namespace
{

using testing::HasSubstr;

class PublishCommand : public CliTest
{
protected:
    void SetUp() override
    {
        CliTest::SetUp();
        make_keys();
        put("vmlinuz", noise(300'000, 1));
        put("initrd", noise(400'000, 2));
        put("root", noise(1'000'000, 3) + std::string(500'000, '\0'));
    }
    /// A publishing of `type` that works, and what is to be added to it.
    static std::vector<std::string> with(const std::string& type, const std::vector<std::string>& more)
    {
        std::vector<std::string> all{"publish",  type,         "--store", "store",    "--series", "sample",
                                     "--number", "3",          "--title", "A sample", "--key",    "publisher.pem",
                                     "-o",       "record.dsse"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    /// The payload of record.dsse, if the policy accepts it.
    std::string payload(const std::string& type)
    {
        const auto policy = Policy::load_pinned(get("policy.dsse"));
        const auto opened = policy->open(*Envelope::parse(get("record.dsse")), {type, "sample"});
        EXPECT_TRUE(opened) << opened.error().sentence;
        return opened.value_or("");
    }
    Digest digest(const std::string& name) { return sha256(as_bytes(get(name))); }
};

TEST_F(PublishCommand, SignsABootRecordOfWhatLiesInTheStore)
{
    good(with("boot", {"--kernel", "vmlinuz", "--initramfs", "initrd", "vmlinuz", "--image", "root", "--cmdline",
                       "quiet splash", "--data", "settings.json:65536", "--offline-days", "7"}));
    const auto record = BootRecord::parse(payload("boot"));
    ASSERT_TRUE(record) << record.error().sentence;
    EXPECT_EQ(record->header, (RecordHeader{{"boot", "sample"}, 3}));
    EXPECT_EQ(record->title, "A sample");
    EXPECT_EQ(record->kernel, (FileRef{digest("vmlinuz"), 300'000}));
    EXPECT_EQ(record->initramfs, (std::vector<FileRef>{{digest("initrd"), 400'000}, {digest("vmlinuz"), 300'000}}));
    EXPECT_EQ(record->cmdline, "quiet splash");
    EXPECT_EQ(record->data, (std::vector<DataFile>{{"settings.json", 65536}}));
    EXPECT_EQ(record->offline_days, 7U);
    EXPECT_EQ(get("store/v1/files/" + digest("initrd").hex()), get("initrd"));
    ASSERT_TRUE(record->image);
    good({"image", "export", record->image->manifest.hex(), "--store", "store", "-o", "out.raw"});
    EXPECT_TRUE(get("out.raw") == get("root"));
    EXPECT_THAT(good({"record", "verify", "record.dsse", "--policy", "policy.dsse"}), HasSubstr("accepted"));
    EXPECT_EQ(good_json({"record", "show", "record.dsse", "--json"})["payload"]["title"], "A sample");
}

/// As docs/admin-guide.md makes an image of a tree.
TEST_F(PublishCommand, TheSameFilesAreTheSameImageAndOneMoreFileIsLittleMore)
{
    std::filesystem::create_directories(folder_ / "tree/usr");
    for (int number = 0; number < 20; ++number)
        put("tree/usr/" + std::to_string(number), noise(200'000, static_cast<unsigned>(100 + number)));
    const auto publish_tree = [&](const std::string& tree) {
        const auto make = "cd " + folder_.string() + " && mksquashfs " + tree +
                          " root -noappend -comp zstd -Xcompression-level 15 -b 128K -mkfs-time "
                          "1700000000 > squash.log 2>&1";
        EXPECT_EQ(std::system(make.c_str()), 0) << get("squash.log");
        return good_json(with("boot", {"--kernel", "vmlinuz", "--initramfs", "initrd", "--image", "root", "--json"}));
    };
    const auto first = publish_tree("tree");
    EXPECT_GT(first["image"]["stored_bytes"], 4'000'000);
    ASSERT_EQ(std::system(("cd " + folder_.string() + " && cp -a tree copy").c_str()), 0);
    const auto again = publish_tree("copy");
    EXPECT_EQ(again["image"]["manifest"], first["image"]["manifest"]);
    EXPECT_EQ(again["image"]["stored_bytes"], 0);

    put("tree/usr/new", noise(200'000, 200));
    const auto more = publish_tree("tree");
    EXPECT_NE(more["image"]["manifest"], first["image"]["manifest"]);
    EXPECT_LT(more["image"]["stored_bytes"], 1'000'000);
}

TEST_F(PublishCommand, SignsAVirtualMachine)
{
    good(with("vm", {"--image", "root", "--memory", "512", "--cpus", "2", "--firmware", "uefi", "--os",
                     "http://debian.org/debian/12", "--disk-bus", "sata", "--nic", "none", "--guest-scripts"}));
    const auto record = VmRecord::parse(payload("vm"));
    ASSERT_TRUE(record) << record.error().sentence;
    EXPECT_EQ(record->machine, (MachineWishes{512, 2, "uefi", "http://debian.org/debian/12", "sata", "none", true}));
    EXPECT_EQ(record->image.bytes, 1'500'000U);
}

TEST_F(PublishCommand, SignsAGraphicalLayer)
{
    const auto said = good_json(with("gui", {"--image", "root", "--json"}));
    const auto record = GuiRecord::parse(payload("gui"));
    ASSERT_TRUE(record) << record.error().sentence;
    EXPECT_EQ(said["image"]["manifest"], record->image.manifest.hex());
    EXPECT_EQ(said["image"]["root_bytes"], record->image.root_bytes);
    EXPECT_EQ(said["number"], 3);
}

TEST_F(PublishCommand, ASystemMayLiveInItsInitramfs)
{
    good(with("boot", {"--kernel", "vmlinuz", "--initramfs", "initrd"}));
    EXPECT_FALSE(BootRecord::parse(payload("boot"))->image);
}

struct Mistake {
    const char* name;
    std::vector<std::string> arguments;
    const char* said;
    int code;
};

class PublishMistake : public PublishCommand, public testing::WithParamInterface<Mistake>
{
};

TEST_P(PublishMistake, IsSaidBeforeAnythingIsStored)
{
    auto arguments = with("boot", {"--kernel", "vmlinuz", "--image", "root"});
    arguments.insert(arguments.end(), GetParam().arguments.begin(), GetParam().arguments.end());
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.code, GetParam().code) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(GetParam().said));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "store"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "record.dsse"));
}

INSTANTIATE_TEST_SUITE_P(
    All, PublishMistake,
    testing::Values(Mistake{"DataWithoutSize", {"--data", "settings.json"}, "name:max_bytes", 2},
                    Mistake{"DataPath", {"--data", "../x:1"}, "data", 1},
                    Mistake{"ControlCharacters", {"--cmdline", "quiet\nroot"}, "cmdline", 1},
                    Mistake{"MissingInitramfs", {"--initramfs", "none"}, "none", 1},
                    Mistake{"MissingKey", {"--key", "none.pem"}, "none.pem", 1},
                    Mistake{"PublicKey", {"--key", "statement.pub"}, "statement.pub", 1},
                    Mistake{"ServerWithoutToken", {"--server", "https://localhost"}, "--token-file", 2},
                    Mistake{"PlainHttp", {"--server", "http://localhost"}, "https://", 2},
                    Mistake{"ZstdLevel", {"--zstd", "99"}, "--zstd", 2},
                    Mistake{"Chunking", {"--chunking", "big"}, "--chunking", 2}),
    [](const auto& mistake) { return std::string(mistake.param.name); });

TEST_F(PublishCommand, RefusesWrongNumbersAndSeries)
{
    const auto publish = [&](const std::string& number, const std::string& series) {
        return run({"publish", "boot", "--store", "store", "--series", series, "--number", number, "--title", "T",
                    "--key", "publisher.pem", "-o", "record.dsse", "--kernel", "vmlinuz"})
            .err;
    };
    EXPECT_THAT(publish("0", "sample"), HasSubstr("number"));
    EXPECT_THAT(publish("x", "sample"), HasSubstr("--number x"));
    EXPECT_THAT(publish("auto", "sample"), HasSubstr("needs --server"));
    EXPECT_THAT(publish("1", "../etc"), HasSubstr("--series ../etc"));
    std::filesystem::create_directory(folder_ / "record.dsse");
    EXPECT_THAT(publish("1", "sample"), HasSubstr("cannot be written to record.dsse"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "store"));
}

TEST_F(PublishCommand, ARecordOfAnotherKeyIsNotAccepted)
{
    good({"key", "new", "stranger.pem"});
    good({"publish", "boot", "--store", "store", "--series", "sample", "--number", "1", "--title", "T", "--key",
          "stranger.pem", "-o", "record.dsse", "--kernel", "vmlinuz"});
    const auto verified = run({"record", "verify", "record.dsse", "--policy", "policy.dsse"});
    EXPECT_EQ(verified.code, 1);
    EXPECT_FALSE(verified.err.empty());
}

} // namespace
} // namespace farboot::rootfs
