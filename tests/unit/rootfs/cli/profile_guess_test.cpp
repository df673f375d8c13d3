#include "tests/unit/rootfs/cli/program.hpp"

#include <cstdlib>
#include <set>
#include <sstream>

namespace farboot::rootfs
{
namespace
{

using testing::HasSubstr;
using testing::IsSubsetOf;
using testing::Not;

/// A system that can be started with a desktop, and to show something alone.
class ProfileGuess : public CliTest
{
protected:
    static constexpr auto desktop = "boot=farboot quiet";
    static constexpr auto kiosk = "boot=farboot systemd.unit=kiosk.target";

    void SetUp() override
    {
        CliTest::SetUp();
        make_keys();
        put("kernel", "a kernel");
        std::filesystem::create_directories(folder_ / "tree/usr/lib/systemd/system");
        std::filesystem::create_directories(folder_ / "tree/usr/lib/xorg");
        std::filesystem::create_directories(folder_ / "tree/usr/bin");
        std::filesystem::create_directories(folder_ / "tree/etc/systemd/system");
        std::filesystem::copy_file("/bin/true", folder_ / "tree/usr/lib/systemd/systemd");
        unit("default.target", "[Unit]\nWants=display-manager.service\n");
        unit("lightdm.service", "[Service]\nExecStart=/usr/bin/lightdm\n");
        unit("kiosk.target", "[Unit]\nWants=show.service\n");
        unit("show.service", "[Service]\nExecStart=/usr/bin/show\n");
        std::filesystem::create_symlink("/usr/lib/systemd/system/lightdm.service",
                                        folder_ / "tree/etc/systemd/system/display-manager.service");
        unsigned seed = 1;
        for (const auto* name : {"usr/bin/lightdm", "usr/lib/xorg/Xorg", "usr/bin/show", "usr/bin/unused"})
            put(std::string("tree/") + name, noise(400'000, seed++));
        const auto squash =
            "mksquashfs " + (folder_ / "tree").string() + " " + (folder_ / "root").string() + " > /dev/null";
        ASSERT_EQ(std::system(squash.c_str()), 0);
    }
    void unit(const std::string& name, const std::string& text) { put("tree/usr/lib/systemd/system/" + name, text); }

    struct Published {
        std::string image;
        std::string said;
    };
    Published publish(const std::string& store, const std::string& cmdline)
    {
        const auto outcome = run({"publish",   "boot",    "--store", store,           "--series", "s",       "--number",
                                  "1",         "--title", "T",       "--kernel",      "kernel",   "--image", "root",
                                  "--cmdline", cmdline,   "--key",   "publisher.pem", "-o",       "r.dsse",  "--json"});
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        return {nlohmann::json::parse(outcome.out)["image"]["manifest"], outcome.err};
    }
    /// Where the chunks lie that a profile has.
    std::set<std::string> chunks(const std::string& store, const std::string& image)
    {
        good({"profile", "show", image, "--store", store, "--trace", "order.csv"});
        std::istringstream lines(get("order.csv"));
        std::set<std::string> places;
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with("0"))
                places.insert(line);
        return places;
    }
};

TEST_F(ProfileGuess, FollowsWhatTheCommandLineStarts)
{
    const auto of_desktop = chunks("one", publish("one", desktop).image);
    const auto of_kiosk = chunks("two", publish("two", kiosk).image);
    EXPECT_GT(of_kiosk.size(), 2U);
    EXPECT_GT(of_desktop.size(), of_kiosk.size());
    EXPECT_THAT(of_kiosk, Not(IsSubsetOf(of_desktop))) << "what it shows";
}

TEST_F(ProfileGuess, ASecondRecordTakesNothingAwayOfWhatTheFirstOneNeeds)
{
    const auto of_desktop = chunks("one", publish("one", desktop).image);
    const auto [image, said] = publish("two", kiosk);
    const auto of_kiosk = chunks("two", image);
    EXPECT_THAT(publish("two", desktop).said, HasSubstr("that this record's start reads besides"));
    EXPECT_THAT(publish("one", kiosk).said, HasSubstr("that this record's start reads besides"));
    auto both = of_desktop;
    both.insert(of_kiosk.begin(), of_kiosk.end());
    EXPECT_EQ(chunks("one", image), both);
    EXPECT_EQ(chunks("two", image), both);
    EXPECT_THAT(publish("two", kiosk).said, HasSubstr(": 0 chunks that"));
    EXPECT_EQ(chunks("two", image), both);

    good({"profile", "guess", "root", image, "--store", "two", "--cmdline", kiosk});
    EXPECT_EQ(chunks("two", image), of_kiosk) << "who asks for a guess gets that one";
    good({"profile", "guess", "root", image, "--store", "two", "--cmdline", kiosk, "--cmdline", desktop});
    EXPECT_EQ(chunks("two", image), both);
    good({"profile", "guess", "root", image, "--store", "two"});
    EXPECT_EQ(chunks("two", image), of_desktop);
}

TEST_F(ProfileGuess, WhatWasLearntIsAnswerEnoughForASecondRecord)
{
    const auto [image, said] = publish("one", desktop);
    const auto order = chunks("one", image);
    put("boot.csv", "# farboot trace 1\n# manifest " + image + "\n# image_bytes " + std::to_string(get("root").size()) +
                        "\nt_seconds,offset,length\n0.0,0,4096\n");
    good({"profile", "make", "boot.csv", "--store", "one"});
    const auto learnt = chunks("one", image);
    ASSERT_NE(learnt, order);
    EXPECT_THAT(publish("one", kiosk).said, Not(HasSubstr("guessed")));
    EXPECT_EQ(chunks("one", image), learnt);
}

TEST_F(ProfileGuess, AVersionThatInheritsAGuessHasTheGuessOfEachRecord)
{
    const auto [image, said] = publish("one", kiosk);
    const auto of_kiosk = chunks("one", image);
    put("tree/usr/bin/unused", noise(300'000, 9));
    const auto squash = "rm " + (folder_ / "root").string() + "; mksquashfs " + (folder_ / "tree").string() + " " +
                        (folder_ / "root").string() + " > /dev/null";
    ASSERT_EQ(std::system(squash.c_str()), 0);
    const auto next = publish("one", kiosk);
    ASSERT_NE(next.image, image);
    EXPECT_THAT(next.said, HasSubstr("inherited"));
    const auto without = chunks("one", next.image);
    const auto with_desktop = publish("one", desktop);
    EXPECT_THAT(without, IsSubsetOf(chunks("one", next.image)));
    EXPECT_GT(chunks("one", next.image).size(), without.size());
}

} // namespace
} // namespace farboot::rootfs
