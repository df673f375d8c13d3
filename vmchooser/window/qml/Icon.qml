import QtQuick

Image {
    property string name
    property real size: Theme.unit * 1.5

    width: size
    height: size
    source: name ? Theme.icon(name) : ""
    sourceSize: Qt.size(size, size)
    Accessible.ignored: true
}
