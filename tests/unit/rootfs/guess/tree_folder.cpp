#include "tree_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace farboot::rootfs
{

std::string read_whole(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

TreeFolder::TreeFolder()
{
    std::string name = "/tmp/farboot-guess-XXXXXX";
    path = mkdtemp(name.data());
}

TreeFolder::~TreeFolder()
{
    std::filesystem::remove_all(path);
}

void TreeFolder::put(const std::string& name, std::string_view bytes) const
{
    const auto file = path / "tree" / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
}

void TreeFolder::link(const std::string& target, const std::string& name) const
{
    const auto file = path / "tree" / name;
    std::filesystem::create_directories(file.parent_path());
    std::filesystem::create_symlink(target, file);
}

void TreeFolder::run(const std::string& command) const
{
    const auto line =
        fmt::format("cd {} && PATH=$PATH:/usr/sbin:/sbin && {{ {}; }} > log 2>&1", path.string(), command);
    ASSERT_EQ(std::system(line.c_str()), 0) << command << "\n" << read_whole(path / "log");
}

} // namespace farboot::rootfs
