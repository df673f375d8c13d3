#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace farboot::rootfs
{

/// A folder that goes with the test.
struct Folder {
    Folder()
    {
        std::string name = std::filesystem::temp_directory_path() / "farboot-waiting-XXXXXX";
        path = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    /// As a reader does it: whole at once.
    void write(const std::string& name, const std::string& text) const
    {
        std::ofstream(path / "new") << text;
        std::filesystem::rename(path / "new", path / name);
    }

    std::filesystem::path path;
};

} // namespace farboot::rootfs
