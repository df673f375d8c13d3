#include "rootfs/image/store.hpp"
#include "tests/unit/rootfs/cli/program.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace farboot::rootfs
{
namespace
{

using testing::HasSubstr;

class ProfileCommand : public CliTest
{
protected:
    void SetUp() override
    {
        CliTest::SetUp();
        make_keys();
        digest_ = publish("one", noise(2'000'000), {"--json"});
        put("boot.csv", "# farboot trace 1\n# manifest " + digest_ +
                            "\n# image_bytes 2000000\nt_seconds,offset,length\n0.1,1500000,4096\n0.2,0,4096\n"
                            "9.0,1000000,4096\n");
    }
    std::string publish(const std::string& name, const std::string& image, const std::vector<std::string>& more)
    {
        put(name, image);
        std::vector<std::string> words{"publish", "gui",     "--store", "store",   "--series", name,    "--number",
                                       "1",       "--title", "T",       "--image", name,       "--key", "publisher.pem",
                                       "-o",      "r.dsse"};
        words.insert(words.end(), more.begin(), more.end());
        return good_json(words)["image"]["manifest"];
    }
    /// What a command says on stderr that fails.
    std::string bad(const std::vector<std::string>& words)
    {
        const auto outcome = run(words);
        EXPECT_EQ(outcome.code, 1) << outcome.out;
        return outcome.err;
    }
    nlohmann::json show(const std::string& digest)
    {
        return good_json({"profile", "show", digest, "--store", "store", "--json"});
    }
    std::string digest_;
};

TEST_F(ProfileCommand, MakesShowsAndDrops)
{
    const auto made = good_json({"profile", "make", "boot.csv", "--store", "store", "--json"});
    EXPECT_EQ(made[0]["manifest"], digest_);
    EXPECT_EQ(made[0]["traces"], 1);
    EXPECT_EQ(made[0]["chunks"], 4) << "three chunks, and the page that describes them";
    EXPECT_EQ(show(digest_)["chunks"], 4);
    const std::string pack = show(digest_)["hot_pack"];
    EXPECT_TRUE(std::filesystem::exists(folder_ / "store/v1/hot" / pack));
    EXPECT_THAT(good({"profile", "show", digest_, "--store", "store"}), HasSubstr("4 chunks"));
    good({"profile", "show", digest_, "--store", "store", "--trace", "order.csv"});
    const auto again = good_json({"profile", "make", "order.csv", "--store", "store", "--json"});
    EXPECT_EQ(again[0]["chunks"], 4);
    EXPECT_EQ(show(digest_)["hot_pack"], pack) << "the same order";
    EXPECT_EQ(good_json({"profile", "make", "boot.csv", "--store", "store", "--until", "5", "--json"})[0]["chunks"], 3);
    EXPECT_THAT(good({"image", "verify", "--store", "store"}), HasSubstr("good"));
    good({"profile", "drop", digest_, "--store", "store"});
    EXPECT_EQ(show(digest_)["chunks"], 0);
    EXPECT_THAT(good({"profile", "show", digest_, "--store", "store"}), HasSubstr("no profile"));
}

TEST_F(ProfileCommand, ASuccessorInheritsWhenItIsPublished)
{
    good({"profile", "make", "boot.csv", "--store", "store"});
    auto next = noise(2'000'000);
    next.replace(500'000, 5'000, noise(5'000, 2));
    EXPECT_EQ(show(publish("without", next, {"--profile", "none", "--json"}))["chunks"], 0);
    next.replace(700'000, 5'000, noise(5'000, 3));
    const auto successor = publish("with", next, {"--json"});
    EXPECT_EQ(show(successor)["chunks"], 4);
    next.replace(900'000, 5'000, noise(5'000, 4));
    const auto third = publish("third", next, {"--profile", "none", "--json"});
    const auto inherited = good_json({"profile", "inherit", successor, third, "--store", "store", "--json"});
    EXPECT_EQ(inherited["same"].get<int>() + inherited["moved"].get<int>(), 3);
    EXPECT_EQ(inherited["predecessor"], successor);
}

TEST_F(ProfileCommand, RefusesWhatDoesNotFit)
{
    put("broken.csv", "# farboot trace 1\nnonsense\n");
    EXPECT_THAT(bad({"profile", "make", "broken.csv", "--store", "store"}),
                testing::AllOf(HasSubstr("broken.csv"), HasSubstr("line 2")));
    put("stranger.csv", "# farboot trace 1\n# manifest " + std::string(64, 'a') +
                            "\n# image_bytes 4096\nt_seconds,offset,length\n0,0,1\n");
    EXPECT_THAT(bad({"profile", "make", "stranger.csv", "--store", "store"}), HasSubstr("no image"));
    put("short.csv",
        "# farboot trace 1\n# manifest " + digest_ + "\n# image_bytes 4096\nt_seconds,offset,length\n0,0,1\n");
    EXPECT_THAT(bad({"profile", "make", "short.csv", "--store", "store"}), HasSubstr("4096"));
    EXPECT_THAT(bad({"profile", "inherit", digest_, publish("two", noise(500'000, 2), {"--json"}), "--store", "store"}),
                HasSubstr("has no profile"));
    EXPECT_EQ(run({"profile", "inherit", digest_, digest_, "--store", "store"}).code, 2);
    EXPECT_THAT(bad({"profile", "make", "boot.csv", "--store", "mistyped"}), HasSubstr("mistyped"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "mistyped"));
    EXPECT_EQ(run({"profile", "make", "boot.csv", "--store", "store", "--share", "0"}).code, 2);
    EXPECT_EQ(run({"profile", "show", "zz", "--store", "store"}).code, 2);
}

TEST_F(ProfileCommand, GuessesThatOfASystemThatHasNone)
{
    std::filesystem::create_directories(folder_ / "tree/usr/lib/systemd");
    std::filesystem::copy_file("/bin/true", folder_ / "tree/usr/lib/systemd/systemd");
    const auto squash =
        "mksquashfs " + (folder_ / "tree").string() + " " + (folder_ / "root").string() + " > /dev/null";
    ASSERT_EQ(std::system(squash.c_str()), 0);
    put("kernel", "a kernel");
    const auto published =
        run({"publish", "boot", "--store", "store", "--series", "s", "--number", "1", "--title", "T", "--kernel",
             "kernel", "--image", "root", "--key", "publisher.pem", "-o", "r.dsse", "--json"});
    ASSERT_EQ(published.code, 0) << published.err;
    EXPECT_THAT(published.err, HasSubstr("guessed"));
    const std::string image = nlohmann::json::parse(published.out)["image"]["manifest"];
    const auto chunks = show(image)["chunks"].get<int>();
    EXPECT_GT(chunks, 0);

    good({"profile", "drop", image, "--store", "store"});
    const auto guessed =
        good_json({"profile", "guess", "root", image, "--store", "store", "--trace", "guess.csv", "--json"});
    EXPECT_EQ(guessed["chunks"], chunks);
    EXPECT_THAT(get("guess.csv"), HasSubstr("# manifest " + image));

    good({"profile", "make", "guess.csv", "--store", "store"});
    EXPECT_EQ(show(image)["chunks"], chunks);
    EXPECT_EQ(show(image)["guessed"], true);
    put("boot.csv", "# farboot trace 1\n# manifest " + image + "\n# image_bytes " + std::to_string(get("root").size()) +
                        "\nt_seconds,offset,length\n0.0,0,4096\n");
    good({"profile", "make", "guess.csv", "boot.csv", "--store", "store"});
    EXPECT_EQ(show(image)["guessed"], false) << "a PC has read a part of it";

    EXPECT_THAT(bad({"profile", "guess", "one", digest_, "--store", "store"}),
                HasSubstr("neither partitions nor a file system"));
}

TEST_F(ProfileCommand, WhatAnImageHasLearntIsKeptWhenItIsPublishedAgain)
{
    std::filesystem::create_directories(folder_ / "tree/usr/lib/systemd");
    std::filesystem::copy_file("/bin/true", folder_ / "tree/usr/lib/systemd/systemd");
    put("tree/more", noise(500'000, 7));
    const auto squash =
        "mksquashfs " + (folder_ / "tree").string() + " " + (folder_ / "root").string() + " > /dev/null";
    ASSERT_EQ(std::system(squash.c_str()), 0);
    put("kernel", "a kernel");
    const auto publish_as = [&](const std::string& series) {
        return good_json({"publish", "boot", "--store", "store", "--series", series, "--number", "1", "--title", "T",
                          "--kernel", "kernel", "--image", "root", "--key", "publisher.pem", "-o", "r.dsse", "--json"});
    };
    const std::string image = publish_as("one")["image"]["manifest"];
    const auto guessed = show(image)["chunks"].get<int>();
    put("boot.csv", "# farboot trace 1\n# manifest " + image + "\n# image_bytes " + std::to_string(get("root").size()) +
                        "\nt_seconds,offset,length\n0.0,0,4096\n");
    good({"profile", "make", "boot.csv", "--store", "store"});
    const auto learnt = show(image)["chunks"].get<int>();
    ASSERT_NE(learnt, guessed);
    EXPECT_EQ(publish_as("two")["image"]["manifest"], image);
    EXPECT_EQ(show(image)["chunks"], learnt);
}

TEST_F(ProfileCommand, GuessesThatOfAVirtualMachinesDisk)
{
    std::filesystem::create_directories(folder_ / "tree/usr/lib/systemd");
    std::filesystem::copy_file("/bin/true", folder_ / "tree/usr/lib/systemd/systemd");
    const auto make_disk =
        "cd " + folder_.string() +
        " && PATH=$PATH:/usr/sbin && mke2fs -q -t ext4 -d tree ext 7M && truncate -s 8M disk && "
        "echo start=2048 | sfdisk -q disk && dd if=ext of=disk bs=1M seek=1 conv=notrunc status=none";
    ASSERT_EQ(std::system(make_disk.c_str()), 0);
    const auto publish_vm = [&](const std::string& image, const std::string& profile) {
        return run({"publish", "vm", "--store", "store", "--series", "v", "--number", "1", "--title", "T", "--image",
                    image, "--profile", profile, "--key", "publisher.pem", "-o", "v.dsse", "--json"});
    };
    const auto without = publish_vm("disk", "none");
    ASSERT_EQ(without.code, 0) << without.err;
    const std::string image = nlohmann::json::parse(without.out)["image"]["manifest"];
    EXPECT_EQ(show(image)["chunks"], 0);
    const auto published = publish_vm("disk", "auto");
    ASSERT_EQ(published.code, 0) << published.err;
    EXPECT_THAT(published.err, HasSubstr("guessed from the image's files"));
    const auto chunks = show(image)["chunks"].get<int>();
    EXPECT_GT(chunks, 1);

    good({"profile", "drop", image, "--store", "store"});
    EXPECT_EQ(good_json({"profile", "guess", "disk", image, "--store", "store", "--json"})["chunks"], chunks);

    const auto make_damaged =
        "cd " + folder_.string() +
        " && PATH=$PATH:/usr/sbin && truncate -s 16M two && printf 'start=2048,size=14336\\nsize=8192\\n' | "
        "sfdisk -q two && for place in 1 8; do dd if=ext of=two bs=1M seek=$place conv=notrunc status=none; done";
    ASSERT_EQ(std::system(make_damaged.c_str()), 0);
    good({"profile", "drop", image, "--store", "store"}); // it would be inherited
    const auto damaged = publish_vm("two", "auto");
    ASSERT_EQ(damaged.code, 0) << damaged.err;
    EXPECT_THAT(damaged.err, HasSubstr("guessed from the image's files"));
    EXPECT_THAT(damaged.err, HasSubstr("Not guessed: "));
    const std::string damaged_image = nlohmann::json::parse(damaged.out)["image"]["manifest"];
    EXPECT_THAT(run({"profile", "guess", "two", damaged_image, "--store", "store"}).err, HasSubstr("Not guessed: "));

    good({"profile", "drop", damaged_image, "--store", "store"});
    put("windows", noise(500'000, 3));
    const auto other = publish_vm("windows", "auto");
    ASSERT_EQ(other.code, 0) << other.err;
    EXPECT_THAT(other.err, HasSubstr("neither partitions nor a file system"));
    const std::string other_image = nlohmann::json::parse(other.out)["image"]["manifest"];
    EXPECT_EQ(show(other_image)["chunks"], 0);
}

TEST_F(ProfileCommand, CtrlCInAGuessEndsThePublication)
{
    // To guess what this system's start reads takes many seconds: each of 2,000 scripts names as many commands as fit.
    std::string script = "#!/bin/sh\n";
    for (int number = 0; script.size() < 125'000; ++number)
        script += std::to_string(number) + " ";
    std::filesystem::create_directories(folder_ / "tree/usr/bin");
    std::filesystem::create_directories(folder_ / "tree/usr/lib/systemd/system");
    put("tree/usr/bin/script", script);
    std::string service = "[Service]\n";
    for (int number = 0; number < 2000; ++number) {
        const auto name = "usr/bin/script-" + std::to_string(number);
        std::filesystem::create_hard_link(folder_ / "tree/usr/bin/script", folder_ / "tree" / name);
        service += "ExecStart=/" + name + "\n";
    }
    std::filesystem::copy_file("/bin/true", folder_ / "tree/usr/lib/systemd/systemd");
    put("tree/usr/lib/systemd/system/default.target", service);
    const auto squash =
        "mksquashfs " + (folder_ / "tree").string() + " " + (folder_ / "root").string() + " > /dev/null";
    ASSERT_EQ(std::system(squash.c_str()), 0);

    Program program(folder_, {"publish", "vm", "--store", "vms", "--series", "v", "--number", "1", "--title", "T",
                              "--image", "root", "--key", "publisher.pem", "-o", "v.dsse"});
    const auto published = [&] { // what is guessed then
        const auto store = Store::open(folder_ / "vms");
        return store && !store->manifests().empty();
    };
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(3);
    while (!published() && std::chrono::steady_clock::now() < deadline) {
        ASSERT_FALSE(program.has_ended()) << "too early: " << program.wait().err;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_TRUE(published());
    program.signal(SIGINT);
    const auto stopped = program.wait();
    EXPECT_EQ(stopped.code, 130);
    EXPECT_THAT(stopped.err, HasSubstr("guessing what a start reads of it was stopped"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "v.dsse"));
}

} // namespace
} // namespace farboot::rootfs
