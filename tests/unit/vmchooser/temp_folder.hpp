#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace farboot::vmchooser::testing
{

/// A folder for one test, removed with the object.
class TempFolder
{
public:
    TempFolder()
    {
        std::string name = std::filesystem::temp_directory_path() / "vmchooser-XXXXXX";
        path_ = ::mkdtemp(name.data());
    }
    ~TempFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

} // namespace farboot::vmchooser::testing
