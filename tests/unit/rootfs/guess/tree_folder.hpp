#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace farboot::rootfs
{

[[nodiscard]] std::string read_whole(const std::filesystem::path& file);

/// A folder in which the files of a system are put together, below tree/; removed with everything in it.
class TreeFolder
{
public:
    TreeFolder();
    TreeFolder(const TreeFolder&) = delete;
    TreeFolder& operator=(const TreeFolder&) = delete;
    ~TreeFolder();

    void put(const std::string& name, std::string_view bytes) const;
    void link(const std::string& target, const std::string& name) const;
    /// By a shell, in the folder; a failure is the test's, with what was said.
    void run(const std::string& command) const;

    std::filesystem::path path;
};

} // namespace farboot::rootfs
