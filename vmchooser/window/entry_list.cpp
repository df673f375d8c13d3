#include "vmchooser/window/entry_list.hpp"

#include "vmchooser/window/texts.hpp"

namespace farboot::vmchooser
{
QString icon_file(const std::string& name)
{
    for (const auto* known : {"desktop", "kiosk", "terminal", "windows", "tool"})
        if (name == known)
            return known;
    return "vm";
}

EntryList::EntryList(std::vector<DesktopSession> desktops, QObject* parent)
    : QAbstractListModel(parent), desktops_(std::move(desktops))
{
    rebuild();
}

void EntryList::set_machines(std::vector<MenuEntry> machines)
{
    if (machines == machines_)
        return; // a list that did not change keeps what is chosen in it
    beginResetModel();
    machines_ = std::move(machines);
    rebuild();
    endResetModel();
    emit countChanged();
}

void EntryList::set_language(const QString& language)
{
    language_ = language;
    if (count() > 0)
        emit dataChanged(index(0), index(count() - 1));
}

void EntryList::rebuild()
{
    rows_.assign(machines_.begin(), machines_.end());
    rows_.insert(rows_.end(), desktops_.begin(), desktops_.end());
}

int EntryList::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant EntryList::data(const QModelIndex& index, int role) const
{
    if (index.row() < 0 || index.row() >= count())
        return {};
    const auto& entry = at(index.row());
    const auto language = language_.toStdString();
    if (const auto* machine = std::get_if<MenuEntry>(&entry)) {
        switch (role) {
        case Kind:
            return "vm";
        case Title:
            return QString::fromStdString(machine->title.in(language));
        case Description:
            return QString::fromStdString(machine->description.in(language));
        case Icon:
            return icon_file(machine->icon);
        case Section:
            return machine->group.in(language).empty() ? Texts(language_).of("machines")
                                                       : QString::fromStdString(machine->group.in(language));
        default:
            return {};
        }
    }
    const auto& desktop = std::get<DesktopSession>(entry);
    switch (role) {
    case Kind:
        return "desktop";
    case Title:
        return QString::fromStdString(desktop.name);
    case Description:
        return desktop.comment.empty() ? Texts(language_).of("desktopDescription")
                                       : QString::fromStdString(desktop.comment);
    case Icon:
        return "desktop";
    case Section:
        return Texts(language_).of("desktops");
    default:
        return {};
    }
}

QHash<int, QByteArray> EntryList::roleNames() const
{
    return {{Kind, "kind"}, {Title, "title"}, {Description, "description"}, {Icon, "icon"}, {Section, "section"}};
}

QString EntryList::title(int row) const
{
    return data(index(row), Title).toString();
}

int EntryList::find(const QString& prefix, int from) const
{
    for (int step = 0; step < count(); ++step)
        if (const int row = (from + step) % count(); title(row).startsWith(prefix, Qt::CaseInsensitive))
            return row;
    return -1;
}

} // namespace farboot::vmchooser
