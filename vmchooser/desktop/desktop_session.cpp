#include "vmchooser/desktop/desktop_session.hpp"

#include <glib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

namespace farboot::vmchooser
{
namespace
{

constexpr const char* group = G_KEY_FILE_DESKTOP_GROUP;

struct Free {
    void operator()(GKeyFile* file) const { g_key_file_free(file); }
    void operator()(char* text) const { g_free(text); }
    void operator()(char** list) const { g_strfreev(list); }
};
using Text = std::unique_ptr<char, Free>;
using List = std::unique_ptr<char*, Free>;

std::string text(GKeyFile* file, const char* key)
{
    const Text value(g_key_file_get_string(file, group, key, nullptr));
    return value ? value.get() : "";
}

std::string text_in(GKeyFile* file, const char* key, const std::vector<std::string>& languages)
{
    for (const auto& language : languages)
        if (auto value = text(file, fmt::format("{}[{}]", key, language).c_str()); !value.empty())
            return value;
    return text(file, key);
}

bool on_path(const std::string& program)
{
    return Text(g_find_program_in_path(program.c_str())) != nullptr;
}

std::vector<std::string> arguments(const std::string& exec)
{
    char** cut = nullptr;
    if (!g_shell_parse_argv(exec.c_str(), nullptr, &cut, nullptr))
        return {};
    const List list(cut);
    std::vector<std::string> result;
    for (char** item = cut; *item; ++item)
        if ((*item)[0] != '%') // %f, %U, …: there is nothing to open with a session
            result.emplace_back(*item);
    return result;
}

std::optional<DesktopSession> read(const std::filesystem::path& path, const std::vector<std::string>& languages)
{
    const std::unique_ptr<GKeyFile, Free> file(g_key_file_new());
    if (!g_key_file_load_from_file(file.get(), path.c_str(), G_KEY_FILE_KEEP_TRANSLATIONS, nullptr))
        return {};
    const auto flag = [&](const char* key) { return g_key_file_get_boolean(file.get(), group, key, nullptr) != FALSE; };
    if (flag("Hidden") || flag("NoDisplay"))
        return {};
    if (const auto needed = text(file.get(), "TryExec"); !needed.empty() && !on_path(needed))
        return {};
    DesktopSession session;
    session.id = path.stem();
    session.name = text_in(file.get(), "Name", languages);
    session.comment = text_in(file.get(), "Comment", languages);
    session.command = arguments(text(file.get(), "Exec"));
    if (session.name.empty() || session.command.empty() || !on_path(session.command.front()))
        return {};
    if (const List names(g_key_file_get_string_list(file.get(), group, "DesktopNames", nullptr, nullptr)); names)
        for (char** item = names.get(); *item; ++item)
            session.desktops.emplace_back(*item);
    return session;
}

} // namespace

std::vector<DesktopSession> find_desktop_sessions(const std::filesystem::path& folder,
                                                  const std::vector<std::string>& languages, const std::string& self)
{
    std::vector<DesktopSession> sessions;
    std::error_code error;
    for (const auto& item : std::filesystem::directory_iterator(folder, error)) {
        // lightdm's own alias repeats whatever the default is.
        if (item.path().extension() != ".desktop" || item.path().stem() == self ||
            item.path().stem() == "lightdm-xsession")
            continue;
        if (auto session = read(item.path(), languages))
            sessions.push_back(std::move(*session));
    }
    std::ranges::sort(sessions, {}, &DesktopSession::name);
    return sessions;
}

Error become(const DesktopSession& session)
{
    std::string names;
    for (const auto& name : session.desktops)
        names += (names.empty() ? "" : ":") + name;
    if (!names.empty())
        ::setenv("XDG_CURRENT_DESKTOP", names.c_str(), 1);
    ::setenv("XDG_SESSION_DESKTOP", session.id.c_str(), 1);
    ::setenv("DESKTOP_SESSION", session.id.c_str(), 1);
    ::setenv("GDMSESSION", session.id.c_str(), 1);

    std::vector<char*> arguments;
    for (const auto& argument : session.command)
        arguments.push_back(const_cast<char*>(argument.c_str())); // execvp's signature; it changes nothing
    arguments.push_back(nullptr);
    ::execvp(arguments.front(), arguments.data());
    return {"program-missing",
            fmt::format("The desktop \"{}\" could not be started: {}.", session.name, std::strerror(errno))};
}

} // namespace farboot::vmchooser
