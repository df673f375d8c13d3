#include "rootfs/guess/squashfs_tree.hpp"
#include "rootfs/guess/start_guess.hpp"
#include "rootfs/guess/unit_walk.hpp"
#include "tree_folder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

namespace farboot::rootfs
{
namespace
{

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

TEST(StartUnits, OfACommandLine)
{
    const auto target = [](std::string_view cmdline) { return StartUnits::of(cmdline).target; };
    EXPECT_EQ(target(""), "default.target");
    EXPECT_EQ(target("boot=farboot quiet splash=3"), "default.target");
    EXPECT_EQ(target("boot=farboot systemd.unit=multi-user.target quiet"), "multi-user.target");
    EXPECT_EQ(target("systemd.unit=\"kiosk.target\""), "kiosk.target");
    EXPECT_EQ(target("quiet single"), "rescue.target");
    EXPECT_EQ(target("1"), "rescue.target");
    EXPECT_EQ(target("S"), "rescue.target");
    EXPECT_EQ(target("rescue"), "rescue.target");
    EXPECT_EQ(target("emergency"), "emergency.target");
    EXPECT_EQ(target("-b"), "emergency.target");
    EXPECT_EQ(target("3"), "multi-user.target");
    EXPECT_EQ(target("5"), "graphical.target");
    EXPECT_EQ(target("systemd.unit=rescue.target 5"), "graphical.target") << "the last one counts";
    EXPECT_EQ(target("5 systemd.unit=rescue.target"), "rescue.target");
    EXPECT_EQ(target("init=/bin/sh note='a single 3'"), "default.target") << "words in quotes are none";
    EXPECT_EQ(target("rd.systemd.unit=rescue.target"), "default.target") << "the initramfs's";
    EXPECT_EQ(target("systemd.unit= systemd.unit=nonsense systemd.unit=../x.target"), "default.target");
}

TEST(StartUnits, WhatIsWantedBesidesAndWhatIsMasked)
{
    const auto units = StartUnits::of("systemd.wants=ssh.service systemd.wants=web systemd.mask=cron.service");
    EXPECT_THAT(units.wanted, ElementsAre("ssh.service", "web.service"));
    EXPECT_THAT(units.masked, ElementsAre("cron.service"));
}

/// A small system that has a desktop.
class TargetGuess : public testing::Test
{
protected:
    TargetGuess()
    {
        put("usr/lib/systemd/systemd", "systemd");
        unit("graphical.target", "Requires=multi-user.target\nWants=display-manager.service\n");
        unit("multi-user.target", "Requires=basic.target\nWants=web.service\n");
        unit("basic.target", "Requires=sysinit.target\n");
        unit("sysinit.target", "Wants=early.service\n");
        unit("rescue.target", "Requires=sysinit.target rescue.service\n");
        unit("emergency.target", "Requires=emergency.service\n");
        unit("kiosk.target", "Wants=show.service\n");
        service("rescue", "/usr/bin/rescue-shell", "DefaultDependencies=no\n");
        service("emergency", "/usr/bin/emergency-shell", "DefaultDependencies=no\n");
        service("early", "/usr/bin/early", "DefaultDependencies=no\n");
        service("lightdm", "/usr/bin/lightdm");
        service("web", "/usr/bin/web");
        service("show", "/usr/bin/show");
        link("graphical.target", "usr/lib/systemd/system/default.target");
        link("/usr/lib/systemd/system/lightdm.service", "etc/systemd/system/display-manager.service");
        for (const auto* name :
             {"usr/lib/xorg/Xorg", "usr/share/fonts/one.ttf", "usr/bin/vmchooser", "usr/sbin/libvirtd",
              "usr/bin/udevadm", "usr/bin/login", "usr/bin/sulogin", "usr/bin/polkitd"})
            put(name, name);
        put("usr/share/dbus-1/system-services/polkit.service", "[D-BUS Service]\nExec=/usr/bin/polkitd\n");
    }

    void put(const std::string& name, const std::string& bytes) const
    {
        // Each file has bytes of its own, so that none lies at another one's place.
        files.put(name, fmt::format("{}\n# {}", bytes, name));
    }
    void link(const std::string& target, const std::string& name) const { files.link(target, name); }
    void unit(const std::string& name, const std::string& text) const
    {
        put("usr/lib/systemd/system/" + name, "[Unit]\n" + text);
    }
    void service(const std::string& name, const std::string& program, const std::string& text = "") const
    {
        unit(name + ".service", text + "[Service]\nExecStart=" + program + "\n");
        put(program.substr(1), "a program");
    }

    /// The files that a guess for this command line has.
    std::set<std::string> guessed(const std::string& cmdline)
    {
        files.run("rm -f image; mksquashfs tree image -noappend -quiet -no-progress -no-fragments -noD");
        TreeBudget budget;
        const auto tree = open_squashfs_tree(files.path / "image", budget);
        if (!tree)
            throw std::runtime_error(tree.error().sentence);
        StartRanges ranges;
        EXPECT_TRUE(guess_start(**tree, {Hardware::pc, StartUnits::of(cmdline)}, ranges));
        std::set<std::uint64_t> offsets;
        for (const auto& range : ranges.take())
            offsets.insert(range.offset);
        std::set<std::string> found;
        for (const auto* name : {"Xorg", "one.ttf", "vmchooser", "libvirtd", "udevadm", "login", "sulogin", "polkitd",
                                 "lightdm", "web", "early", "show", "rescue-shell", "emergency-shell"})
            for (const std::string folder : {"/usr/bin/", "/usr/sbin/", "/usr/lib/xorg/", "/usr/share/fonts/"})
                if (const auto* file = (*tree)->find_file(folder + name);
                    file != nullptr && offsets.contains((*tree)->extents(*file).front().offset))
                    found.insert(name);
        return found;
    }

    TreeFolder files;
};

TEST_F(TargetGuess, ADesktopIsPartOfItWhereTheTargetWantsOne)
{
    const std::set<std::string> desktop{"Xorg",    "one.ttf", "vmchooser", "libvirtd", "udevadm",
                                        "polkitd", "lightdm", "login",     "web",      "early"};
    EXPECT_EQ(guessed("boot=farboot quiet"), desktop);
    EXPECT_EQ(guessed("5"), desktop);
    const std::set<std::string> text{"udevadm", "login", "web", "early"};
    EXPECT_EQ(guessed("systemd.unit=multi-user.target"), text);
    EXPECT_EQ(guessed("3 quiet"), text);
    EXPECT_EQ(guessed("systemd.mask=display-manager.service"), text);
    EXPECT_EQ(guessed("systemd.mask=lightdm.service"), text) << "by its other name";
    EXPECT_EQ(guessed("3 systemd.wants=display-manager.service"), desktop);
}

TEST_F(TargetGuess, ARescueHasNoServicesAndAnEmergencyNothingAtAll)
{
    EXPECT_EQ(guessed("single"), (std::set<std::string>{"early", "udevadm", "rescue-shell", "sulogin"}));
    EXPECT_EQ(guessed("emergency"), (std::set<std::string>{"emergency-shell", "sulogin"}));
}

TEST_F(TargetGuess, AServiceWaitsForTheSystemWithoutSayingSo)
{
    EXPECT_EQ(guessed("systemd.unit=kiosk.target"), (std::set<std::string>{"early", "udevadm", "show"}));
}

TEST_F(TargetGuess, WhereTheTargetIsMissingSystemdRescues)
{
    EXPECT_EQ(guessed("systemd.unit=mistyped.target"), guessed("rescue"));
}

TEST_F(TargetGuess, AChooserThatAServiceStartsNeedsNoDisplayManager)
{
    service("chooser", "/usr/bin/vmchooser");
    link("/usr/lib/systemd/system/chooser.service", "etc/systemd/system/multi-user.target.wants/chooser.service");
    EXPECT_THAT(guessed("3"), Contains("libvirtd"));
    EXPECT_THAT(guessed("3"), Not(Contains("Xorg")));
}

TEST_F(TargetGuess, AMaskedUnitIsNotItsVendors)
{
    link("/dev/null", "etc/systemd/system/web.service");
    EXPECT_THAT(guessed("3"), Not(Contains("web")));
}

TEST_F(TargetGuess, ASocketNamesWhatItStarts)
{
    unit("web.socket", "[Socket]\nService=show.service\n");
    link("/usr/lib/systemd/system/web.socket", "etc/systemd/system/multi-user.target.wants/web.socket");
    EXPECT_THAT(guessed("5"), Contains("show"));
    EXPECT_THAT(guessed("3"), Not(Contains("show"))) << "nobody asks for it";
}

} // namespace
} // namespace farboot::rootfs
