#pragma once

#include "rootfs/image/store_needs.hpp"
#include "rootfs/image/trace.hpp"
#include "tests/integration/rootfs/rounds.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>

namespace farboot::test
{

/// Publishes, imports, makes profiles, removes, cleans and copies with the real program, which is killed: at random
/// instants (FARBOOT_SEED repeats a run, FARBOOT_ROUNDS makes it longer), and before each single change that it makes
/// to a store.
class StoreKill : public testing::Test
{
protected:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t block = 100'000;
    static constexpr std::size_t max_images = 4; ///< in a store

    void SetUp() override
    {
        random_.seed(seed_);
        image_.resize(30 * block);
        for (std::size_t i = 0; i < 30; ++i)
            change_block(i);
        ASSERT_EQ(run(farboot({"key", "new", path("publisher.pem")})), 0);
    }

    std::uint64_t below(std::uint64_t end) { return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random_); }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path / name).string(); }
    static std::vector<std::string> farboot(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), FARBOOT_PROGRAM);
        return arguments;
    }

    /// Half of a block is noise, the rest compresses.
    void change_block(std::size_t number)
    {
        for (std::size_t at = number * block; at < (number + 1) * block; at += 16) {
            const std::uint64_t value = random_();
            std::memcpy(image_.data() + at, &value, sizeof value);
        }
    }

    /// A new version of the image, and how it is published.
    std::vector<std::string> next_version()
    {
        for (int i = 0; i < 6; ++i)
            change_block(below(30));
        write_whole(folder_.path / "image", image_);
        return {"publish",  "gui",
                "--store",  path("store"),
                "--series", "s",
                "--number", "1",
                "--title",  "T",
                "--image",  path("image"),
                "--zstd",   "1",
                "--key",    path("publisher.pem"),
                "-o",       path("record.dsse"),
                "--json"};
    }
    std::string add_published(const std::string& output)
    {
        const auto json =
            nlohmann::json::parse(output.substr(std::min(output.find('{'), output.size())), nullptr, false);
        if (!json.is_object()) {
            ADD_FAILURE() << output;
            return {};
        }
        images_["store"][json["image"]["manifest"]] = image_;
        return json["image"]["manifest"];
    }

    /// Kills a command before its first change to the store, its second, and so on, each time on a store as it was;
    /// looks at all images, and lets the command do its work. Gives its output. A command makes `least` changes, or
    /// they are not seen.
    std::string kill_before_each_change(const std::string& name, const std::vector<std::string>& arguments,
                                        int least = 2)
    {
        const auto* const before = ".before";
        const auto put_back = [&] {
            for (const auto* store : {"store", "other"}) {
                std::filesystem::remove_all(path(store));
                if (std::filesystem::exists(path(store) + before))
                    std::filesystem::copy(path(store) + before, path(store), std::filesystem::copy_options::recursive);
            }
        };
        for (const auto* store : {"store", "other"}) {
            std::filesystem::remove_all(path(store) + before);
            if (std::filesystem::exists(path(store)))
                std::filesystem::rename(path(store), path(store) + before);
        }
        for (int change = 1;; ++change) {
            SCOPED_TRACE(testing::Message() << name << " killed before change " << change);
            put_back();
            auto killed = farboot(arguments);
            killed.insert(killed.begin(),
                          {"env", "LD_PRELOAD=" KILL_AT_LIBRARY, "ASAN_OPTIONS=verify_asan_link_order=0",
                           "KILL_AT=" + std::to_string(change)});
            std::string output;
            if (run(killed, &output) == 0) {
                std::printf("%s: killed before each of %d changes\n", name.c_str(), change - 1);
                EXPECT_GT(change, least);
                return output;
            }
            check_images("after the kill");
            EXPECT_EQ(run(farboot(arguments), &output), 0) << output;
            check_images("after the repetition");
            if (HasFailure())
                return {};
        }
    }

    /// Starts a command, kills it while it runs or just before or behind that, and looks at all images; then it must
    /// do its work when it is repeated. Gives its output.
    std::string interrupt(const std::string& name, const std::vector<std::string>& arguments)
    {
        SCOPED_TRACE(name);
        auto& usual = usual_.try_emplace(name, std::chrono::milliseconds(100)).first->second;
        {
            Process process(farboot(arguments), folder_.path / "killed.log");
            const auto instant = Clock::now() + std::chrono::microseconds(below(usual.count() + 1));
            while (process.running() && Clock::now() < instant)
                std::this_thread::sleep_for(std::chrono::microseconds(100));
            killed_ += process.running() ? 1 : 0;
            process.send(SIGKILL);
            process.wait();
        }
        check_images("after the kill");
        std::string output;
        const auto start = Clock::now();
        EXPECT_EQ(run(farboot(arguments), &output), 0) << output;
        usual = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
        return output;
    }

    void check_images(const std::string& when)
    {
        for (const auto& [store_name, images] : images_) {
            const auto store = rootfs::Store::open(folder_.path / store_name);
            if (images.empty() && !store)
                continue;
            ASSERT_TRUE(store) << when << ": " << store.error().sentence;
            // Of images that are just coming or going, too: a locator leads to what is there.
            const auto needs = rootfs::find_needs(*store, {});
            ASSERT_TRUE(needs) << when << ", in " << store_name << ": " << needs.error().sentence;
            for (const auto& [digest, bytes] : images) {
                const auto image = rootfs::LocalImage::open(*store, *Digest::from_hex(digest));
                ASSERT_TRUE(image) << when << ", in " << store_name << ": " << image.error().sentence;
                const auto compare = [&](const rootfs::ChunkRef& chunk, Bytes plain) -> Result<void> {
                    if (!chunk.is_zero() && std::memcmp(bytes.data() + chunk.offset, plain.data(), plain.size()) != 0)
                        return fail("test", "Other bytes at {}.", chunk.offset);
                    return {};
                };
                ASSERT_EQ(image->manifest().image_bytes(), bytes.size());
                const auto read = image->read(compare, 2);
                ASSERT_TRUE(read) << when << ", in " << store_name << ": " << read.error().sentence;
                if (const auto& hot = image->locator().hot(); !hot.rows.empty()) {
                    const auto found = rootfs::digest_of_file(store->hot_pack(hot.pack.digest));
                    ASSERT_TRUE(found && *found == hot.pack.digest) << when << ": the hot pack of " << digest;
                }
            }
            for (const auto& file : store->files())
                ASSERT_EQ(rootfs::digest_of_file(store->file(file)), file) << when;
        }
    }

    /// As if a PC had read here and there; gives the file.
    std::string new_trace(const std::string& digest)
    {
        rootfs::Trace trace{*Digest::from_hex(digest), image_.size(), {}, {}, {}};
        for (int i = 0; i < 5; ++i)
            trace.reads.push_back({std::chrono::microseconds(i), {below(29) * block, 50'000}});
        write_whole(folder_.path / "trace.csv", trace.to_text());
        return path("trace.csv");
    }
    [[nodiscard]] rootfs::HotList hot_list(const std::string& digest) const
    {
        return rootfs::hot_list_of(*rootfs::Store::open(folder_.path / "store"), *Digest::from_hex(digest));
    }

    void publish() { add_published(interrupt("publish", next_version())); }

    void copy()
    {
        const auto& images = images_["store"];
        if (images.empty())
            return publish();
        const auto chosen = *std::next(images.begin(), static_cast<std::ptrdiff_t>(below(images.size())));
        interrupt("copy", {"image", "copy", chosen.first, "--store", path("store"), "--to", path("other")});
        images_["other"].insert(chosen);
    }

    void change_profile()
    {
        const auto& images = images_["store"];
        if (images.empty())
            return publish();
        const auto chosen = std::next(images.begin(), static_cast<std::ptrdiff_t>(below(images.size())))->first;
        const auto teacher = std::ranges::find_if(
            images, [&](const auto& image) { return image.first != chosen && !hot_list(image.first).rows.empty(); });
        const auto kind = below(3);
        if (kind == 0) {
            interrupt("profile drop", {"profile", "drop", chosen, "--store", path("store")});
            EXPECT_TRUE(hot_list(chosen).rows.empty());
        } else if (kind == 1 && teacher != images.end()) {
            interrupt("profile inherit", {"profile", "inherit", teacher->first, chosen, "--store", path("store")});
        } else {
            interrupt("profile make", {"profile", "make", new_trace(chosen), "--store", path("store")});
            EXPECT_FALSE(hot_list(chosen).rows.empty());
        }
    }

    void clean()
    {
        const std::string name = images_["other"].empty() || below(3) > 0 ? "store" : "other";
        auto& images = images_[name];
        if (images.empty())
            return publish();
        while (images.size() >= max_images) {
            const auto chosen = std::next(images.begin(), static_cast<std::ptrdiff_t>(below(images.size())));
            const auto digest = chosen->first;
            images.erase(chosen);
            interrupt("remove", {"image", "remove", digest, "--store", path(name)});
        }
        interrupt("clean", {"image", "clean", "--store", path(name), "--live-percent", "80", "--keep-days",
                            below(2) == 0 ? "0" : "14"});
    }

    void verify_by_program()
    {
        for (const auto& [name, images] : images_) {
            if (images.empty())
                continue;
            std::string output;
            EXPECT_EQ(run(farboot({"image", "verify", "--store", path(name)}), &output), 0) << output;
        }
    }

    Folder folder_;
    std::uint64_t seed_ = setting("FARBOOT_SEED", std::random_device()());
    Rounds rounds_{25};
    std::mt19937_64 random_;
    std::string image_;                                                ///< its newest version
    std::map<std::string, std::map<std::string, std::string>> images_; ///< store → manifest → bytes
    std::map<std::string, std::chrono::microseconds> usual_;           ///< how long a command takes
    std::uint64_t killed_ = 0;
};

} // namespace farboot::test
