#pragma once

#include "rootfs/base/digest.hpp"
#include "rootfs/image/file.hpp"
#include "rootfs/image/manifest_builder.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <random>
#include <string>

/// Samples for the tests of this folder.
namespace farboot::rootfs
{

/// Bytes that do not compress, always the same for a seed.
inline std::string noise(std::size_t size, unsigned seed = 1)
{
    std::mt19937_64 random(seed);
    std::string data(size, '\0');
    for (std::size_t at = 0; at < size; at += 8) {
        const auto value = random();
        std::memcpy(data.data() + at, &value, std::min<std::size_t>(8, size - at));
    }
    return data;
}

/// Bytes that compress to about half, and are zero nowhere.
inline std::string text(std::size_t size, unsigned seed = 1)
{
    auto data = noise(size, seed);
    for (auto& c : data)
        c = static_cast<char>('a' + (static_cast<unsigned char>(c) & 15));
    return data;
}

template <class Integer>
void overwrite(std::string& file, std::size_t offset, Integer value)
{
    std::memcpy(file.data() + offset, &value, sizeof value);
}

/// A folder of its own for each test.
class FolderTest : public testing::Test
{
protected:
    void SetUp() override
    {
        auto name = (std::filesystem::temp_directory_path() / "farboot-image-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    /// Writes a file into the folder.
    std::filesystem::path put(const std::string& name, std::string_view data)
    {
        const auto path = folder_ / name;
        EXPECT_TRUE(write_file(path, as_bytes(data)));
        return path;
    }

    std::filesystem::path folder_;
};

template <class T>
std::string reason(const Result<T>& result)
{
    return result ? "no error" : result.error().reason;
}

/// Three pages: 4 + 4 + 2 chunks, of them one zero chunk of 3 MiB.
inline BuiltManifest small_manifest(ManifestBuilder& builder)
{
    for (std::uint32_t i = 0; i < 9; ++i) {
        if (i == 5)
            builder.add_zeros(3 << 20);
        builder.add(10'000 + i, sha256(as_bytes(std::to_string(i))));
    }
    return *builder.finish();
}

} // namespace farboot::rootfs
