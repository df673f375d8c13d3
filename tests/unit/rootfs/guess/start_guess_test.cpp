#include "rootfs/guess/elf_needs.hpp"
#include "rootfs/guess/kernel_modules.hpp"
#include "rootfs/guess/squashfs_tree.hpp"
#include "rootfs/guess/start_guess.hpp"
#include "rootfs/guess/unit_walk.hpp"
#include "tree_folder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
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

/// A small system in a squashfs.
class StartGuess : public testing::Test
{
protected:
    StartGuess()
    {
        link("usr/bin", "bin");
        link("usr/lib64", "lib64");
        put("usr/lib64/ld-linux-x86-64.so.2", "the loader");
        put("usr/lib/x86_64-linux-gnu/libc.so.6", "the C library");
        put("usr/lib/systemd/systemd", read_whole("/bin/true"));
        put("usr/lib/systemd/system/graphical.target", "[Unit]\nWants=web.service\n");
        link("graphical.target", "usr/lib/systemd/system/default.target");
        put("usr/lib/systemd/system/web.service", "[Service]\nExecStart=-/usr/bin/web --data /usr/share/web\n");
        put("usr/lib/systemd/system/cron@.service", "[Service]\nExecStart=!/usr/bin/cron\n");
        link("/usr/lib/systemd/system/cron@.service", "etc/systemd/system/graphical.target.wants/cron@a.service");
        put("usr/bin/web", "#!/bin/sh\nset -e\nserve-pages | colour\n");
        for (const auto* name_of_one : {"sh", "serve-pages", "cron", "unused"})
            put(std::string("usr/bin/") + name_of_one, std::string("it is ") + name_of_one);
        put("usr/share/web", std::string(300'000, 'w'));
        put("etc/motd", "Good morning");
    }

    void put(const std::string& name, std::string_view bytes) const { files.put(name, bytes); }
    void link(const std::string& target, const std::string& name) const { files.link(target, name); }
    [[nodiscard]] std::filesystem::path image(const std::string& options = "") const
    {
        files.run("mksquashfs tree image -noappend -quiet -no-progress " + options);
        return folder / "image";
    }
    /// Of such an image; until it is called again.
    [[nodiscard]] const FileTree& tree(const std::string& options = "")
    {
        auto opened = open_squashfs_tree(image(options), budget);
        if (!opened)
            throw std::runtime_error(opened.error().sentence);
        tree_ = std::move(*opened);
        return *tree_;
    }

    TreeFolder files;
    TreeBudget budget;
    const std::filesystem::path& folder = files.path;

private:
    std::unique_ptr<FileTree> tree_;
};

std::vector<std::string> paths_of(const FilePicks& picks)
{
    std::vector<std::string> paths;
    for (const auto* file : picks.files())
        paths.push_back(file->path);
    return paths;
}

std::vector<FileRange> guess(const FileTree& tree)
{
    StartRanges ranges;
    const auto found = guess_start(tree, {}, ranges);
    auto all = ranges.take();
    EXPECT_NE(found, all.empty());
    return all;
}

TEST_F(StartGuess, FindsFilesAndWhereTheirBytesLie)
{
    const auto file = image("-noD -noF"); // as they are
    const auto tree = open_squashfs_tree(file, budget);
    ASSERT_TRUE(tree) << tree.error().sentence;
    const auto bytes = read_whole(file);
    for (const auto* path : {"/usr/share/web", "/bin/../bin/cron", "/usr/lib/systemd/system/default.target"}) {
        const auto* node = (*tree)->find(path);
        ASSERT_NE(node, nullptr) << path;
        std::string of_extents;
        for (const auto& extent : (*tree)->extents(*node))
            of_extents += bytes.substr(extent.offset, extent.length);
        EXPECT_THAT(of_extents, testing::HasSubstr((*tree)->read(*node, 100))) << path;
        EXPECT_EQ((*tree)->read(*node, 1 << 20), read_whole((folder / "tree").string() + node->path));
    }
    EXPECT_EQ((*tree)->find("/usr/bin/nothing"), nullptr);
    EXPECT_EQ((*tree)->find("/etc/motd/x"), nullptr);
}

TEST_F(StartGuess, SurvivesLinksInACircle)
{
    link("b", "a");
    link("a", "b");
    EXPECT_EQ(tree().find("/a"), nullptr);
}

TEST_F(StartGuess, SaysWhatIsNoSquashfs)
{
    put("x", "no file system");
    const auto tree = open_squashfs_tree(folder / "tree/x", budget);
    ASSERT_FALSE(tree);
    EXPECT_EQ(tree.error().reason, "not-squashfs");
    EXPECT_THAT(tree.error().sentence, testing::HasSubstr("tree/x"));
}

TEST_F(StartGuess, ASquashfsMayHaveAsManyFilesAsTheBudgetHas)
{
    const auto file = image();
    const auto reason_with = [&](const TreeBudget& given) {
        budget = given;
        const auto tree = open_squashfs_tree(file, budget);
        return tree ? "" : tree.error().reason;
    };
    const TreeBudget before;
    EXPECT_EQ(reason_with(before), "");
    TreeBudget enough;
    enough.nodes = before.nodes - budget.nodes;
    enough.path_bytes = before.path_bytes - budget.path_bytes;
    EXPECT_EQ(reason_with(enough), "");
    auto too_few = enough;
    --too_few.nodes;
    EXPECT_EQ(reason_with(too_few), "too-many");
    auto too_short = enough;
    --too_short.path_bytes;
    EXPECT_EQ(reason_with(too_short), "too-many");
    auto stopped = enough;
    std::stop_source stop;
    stop.request_stop();
    stopped.stop = stop.get_token();
    EXPECT_EQ(reason_with(stopped), "cancelled");
}

TEST_F(StartGuess, FollowsUnitsProgramsAndScripts)
{
    FilePicks picks(tree());
    UnitWalk(picks).start({"default.target", "not-there.service"});
    EXPECT_THAT(paths_of(picks),
                ElementsAre("/usr/lib/systemd/system/graphical.target", "/usr/lib/systemd/system/cron@.service",
                            "/usr/bin/cron", "/usr/lib/systemd/system/web.service", "/usr/bin/web", "/usr/bin/sh",
                            "/usr/bin/serve-pages", "/usr/share/web"));
    picks.add("/usr/lib/systemd/systemd");
    EXPECT_THAT(paths_of(picks), Contains("/usr/lib/x86_64-linux-gnu/libc.so.6"));
    EXPECT_THAT(paths_of(picks), Contains("/usr/lib64/ld-linux-x86-64.so.2"));
    EXPECT_THAT(paths_of(picks), Not(Contains("/usr/bin/unused")));
}

TEST_F(StartGuess, BringsModulesWithThoseThatTheyNeed)
{
    const std::string kernel = "usr/lib/modules/6.1/";
    put(kernel + "modules.dep", "kernel/md/dm-log.ko.xz: kernel/md/dm-mod.ko.xz\nkernel/md/dm-mod.ko.xz:\n"
                                "kernel/gone.ko: kernel/md/dm-mod.ko.xz\nno module\n");
    put(kernel + "kernel/md/dm-log.ko.xz", "logs");
    put(kernel + "kernel/md/dm-mod.ko.xz", "maps");
    put("usr/lib/systemd/system/web.service", "[Unit]\nWants=modprobe@dm_log.service modprobe@built_in.service\n");
    FilePicks picks(tree());
    UnitWalk(picks).start({"web.service"});
    const auto folder_of_modules = "/" + kernel + "kernel/md/";
    EXPECT_THAT(paths_of(picks),
                testing::UnorderedElementsAre("/usr/lib/systemd/system/web.service", folder_of_modules + "dm-log.ko.xz",
                                              folder_of_modules + "dm-mod.ko.xz"));
    EXPECT_THAT(KernelModules(picks.tree()).with_needs("gone"), testing::SizeIs(1)) << "what is there of it";
}

TEST_F(StartGuess, TakesTheModulesOfSoManyKernels)
{
    for (int number = 10; number < 30; ++number) {
        const auto kernel = fmt::format("usr/lib/modules/{}/", number);
        put(kernel + "modules.dep", "a.ko:\n");
        put(kernel + "a.ko", "a module");
    }
    EXPECT_THAT(KernelModules(tree()).with_needs("a"), testing::SizeIs(16));
}

TEST_F(StartGuess, ReadsNoMoreThanItsBudget)
{
    put("usr/bin/web", "#!/bin/sh\nserve-pages\n" + std::string(1000, '#'));
    FilePicks picks(tree());
    budget.read_bytes = 256 + 800; // enough to see that it is a script
    picks.add("/usr/bin/web");
    EXPECT_THAT(paths_of(picks), ElementsAre("/usr/bin/web"));
    EXPECT_EQ(picks.tree().read(*picks.tree().find("/usr/bin/web"), 1000), "");
    EXPECT_EQ(picks.tree().read(*picks.tree().find("/usr/bin/web"), 2), "#!");
}

TEST_F(StartGuess, WhatASocketStartsComesLast)
{
    put("usr/lib/systemd/system/web.socket", "[Socket]\nListenStream=80\n");
    FilePicks picks(tree());
    UnitWalk units(picks);
    units.start({"web.socket"});
    EXPECT_THAT(paths_of(picks), ElementsAre("/usr/lib/systemd/system/web.socket"));
    units.start_on_use();
    EXPECT_THAT(paths_of(picks), Contains("/usr/bin/web"));
}

TEST_F(StartGuess, WhatASocketStartsHasSocketsToo)
{
    put("usr/lib/systemd/system/one.socket", "[Socket]\n");
    put("usr/lib/systemd/system/one.service", "[Unit]\nWants=two.socket\n");
    put("usr/lib/systemd/system/two.socket", "[Socket]\n");
    put("usr/lib/systemd/system/two.service", "[Service]\nExecStart=/usr/bin/cron\n");
    FilePicks picks(tree());
    UnitWalk units(picks);
    units.start({"one.socket"});
    units.start_on_use();
    EXPECT_THAT(paths_of(picks), Contains("/usr/bin/cron"));
}

TEST_F(StartGuess, FollowsLinksToFolders)
{
    put("usr/share/data/a/map", "a map");
    link("../data/a", "usr/share/fonts/maps");
    link("../../fonts", "usr/share/data/a/back");
    link("/usr", "usr/share/fonts/everything");
    FilePicks picks(tree());
    picks.add_plain_below("/usr/share/fonts", 1000);
    EXPECT_THAT(paths_of(picks), ElementsAre("/usr/share/data/a/map"));
}

TEST_F(StartGuess, AnAlternativeIsNoFolderOfSettings)
{
    put("usr/lib/compiler/unit", "a compiler's");
    link("/usr/lib/compiler", "etc/alternatives/compiler");
    FilePicks picks(tree());
    picks.add_plain_below("/etc", 1000);
    EXPECT_THAT(paths_of(picks), Contains("/etc/motd"));
    EXPECT_THAT(paths_of(picks), Not(Contains("/usr/lib/compiler/unit")));
}

TEST_F(StartGuess, AnyChainOfLinksHasAnEnd)
{
    for (int number = 0; number < 3000; ++number) {
        put(fmt::format("usr/share/chain/{}/file", number), "one of many");
        link(fmt::format("../{}", number + 1), fmt::format("usr/share/chain/{}/next", number));
    }
    link("../chain/0", "usr/share/fonts/first");
    FilePicks picks(tree());
    picks.add_plain_below("/usr/share/fonts", 1000);
    EXPECT_LT(paths_of(picks).size(), 100U);
    EXPECT_THAT(paths_of(picks), Contains("/usr/share/chain/9/file"));
}

TEST_F(StartGuess, KnowsWhereOtherFileSystemsAreLookedFor)
{
    put("usr/share/large", std::string(5'000'000, 'x'));
    std::set<std::uint64_t> offsets;
    for (const auto& range : guess(tree("-noD -no-fragments")))
        offsets.insert(range.offset);
    for (const std::uint64_t kib : {128, 256, 512, 1024, 2048, 4096})
        EXPECT_THAT(offsets, Contains(kib * 1024));
    EXPECT_THAT(offsets, Contains(std::filesystem::file_size(folder / "image") - 1'581'056));
}

TEST_F(StartGuess, TakesTheBeginningOfWhatIsVeryLarge)
{
    put("usr/bin/serve-pages", std::string(5'000'000, 's'));
    put("usr/share/web", std::string(9'000'000, 'w'));
    const auto& large = tree("-noD -noF -no-fragments");
    std::map<std::uint64_t, std::uint64_t> lengths;
    for (const auto& range : guess(large))
        lengths[range.offset] = range.length;
    const auto length_of = [&](const char* path) { return lengths[large.extents(*large.find(path)).front().offset]; };
    EXPECT_EQ(length_of("/usr/bin/serve-pages"), 5'000'000);
    EXPECT_EQ(length_of("/usr/share/web"), 1024 * 1024);
}

TEST_F(StartGuess, GivesPartsOfTheImageEachOnce)
{
    const auto ranges = guess(tree());
    ASSERT_GT(ranges.size(), 3U);
    std::set<std::uint64_t> offsets;
    for (const auto& range : ranges) {
        EXPECT_LE(range.offset + range.length, std::filesystem::file_size(folder / "image"));
        EXPECT_TRUE(offsets.insert(range.offset).second) << range.offset;
    }
    std::filesystem::remove(folder / "tree/usr/lib/systemd/systemd");
    EXPECT_THAT(guess(tree()), IsEmpty());
}

TEST(ElfNeeds, TellsOfLoaderAndLibraries)
{
    auto program = read_whole("/bin/true");
    const auto needs = elf_needs(program);
    EXPECT_THAT(needs.loader, testing::HasSubstr("ld-linux"));
    EXPECT_THAT(needs.libraries, Contains("libc.so.6"));
}

TEST(ElfNeeds, TakesWhatIsBrokenForNothing)
{
    const auto whole = read_whole("/bin/true");
    for (std::size_t length = 0; length < whole.size(); length += 97) {
        auto part = whole.substr(0, length);
        (void)elf_needs(part);
        auto broken = whole;
        broken[length] = static_cast<char>(~broken[length]);
        (void)elf_needs(broken);
    }
    std::string text = "#!/bin/sh";
    EXPECT_THAT(elf_needs(text).libraries, IsEmpty());
}

} // namespace
} // namespace farboot::rootfs
